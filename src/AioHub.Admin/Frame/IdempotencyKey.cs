using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace AioHub.Admin.Frame;

/// <summary>
/// <c>Idempotency-Key</c>: a parameter of every handler that moves money. Asked again under it, the same movement answers the same and moves nothing; another movement is refused. Keys belong to who
/// sends them.
/// </summary>
internal sealed record IdempotencyKey(string Value) : IEndpointParameterMetadataProvider
{
    public const string Header = "Idempotency-Key";
    public const int MostCharacters = 64;

    /// <summary>As the ledger knows it.</summary>
    public string Of(Who who) => $"api {who.User.Value} {Value}";

    public static ValueTask<IdempotencyKey> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var value = http.Request.Headers[Header].ToString();
        return value.Length == 0
            ? throw new Refused(RefusalCode.IdempotencyKeyRequired, "Send a key of your own as Idempotency-Key, one for each movement: with it a movement that is asked for again moves nothing.")
            : value.Length > MostCharacters || value.Any(static letter => letter is < '!' or > '~')
                ? throw Refused.Invalid(Header, $"must have 1 to {MostCharacters} visible ASCII characters")
                : ValueTask.FromResult(new IdempotencyKey(value));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new Wanted());

    /// <summary>Tells the document that the header is wanted.</summary>
    internal sealed record Wanted;
}
