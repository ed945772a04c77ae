using System.Reflection;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Frame;

/// <summary>Who asks: a parameter of every handler that needs to know. <see cref="Entrance"/> has looked at role, scope and stage before.</summary>
internal sealed record Who(SignedIn Known)
{
    public UserId User => Known.User;

    public Role Role => Known.Role;

    public static ValueTask<Who> BindAsync(HttpContext http, ParameterInfo parameter) =>
        ValueTask.FromResult(new Who(http.Items[typeof(SignedIn)] as SignedIn ?? throw new Refused(RefusalCode.NotSignedIn, "Sign in first.")));
}
