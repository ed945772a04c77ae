using AioHub.Admin.Documents;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Import;
using AioHub.Core.Import.NewApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AioHub.Admin.Imports;

/// <summary>The pages of this room: where each is, who may come, what it gives. Nothing else. An import brings keys, roles and money: no token may.</summary>
internal static class ImportEndpoints
{
    public static void Map(RouteGroupBuilder imports)
    {
        imports.MapPost("/uploads", KeepUpload.AnswerAsync).Accepts<Stream>(KeepUpload.ContentType, "*/*").InPerson(Role.Owner).Makes<UploadReply>("Send a SQLite file or a dump, to import from", RefusalCode.Invalid, RefusalCode.TooLarge);
        imports.MapDelete("/uploads/{id}", DropUpload.Answer).InPerson(Role.Owner).GivesNothing("Remove a file that was sent", RefusalCode.NotFound);
        imports.MapPost("/preview", PreviewImport.AnswerAsync).InPerson(Role.Owner).GivesLines<ImportLine>("What an import from new-api would do; lines of JSON while it is read");
        imports.MapPost("/run", RunImport.AnswerAsync).InPerson(Role.Owner).AppliesLines<ImportLine>("Do the import that was previewed: all of it or nothing; lines of JSON meanwhile. Who leaves before its end cancels it");
    }
}

/// <summary>What imports work on.</summary>
internal static class ImportsRoom
{
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<ImportRun>();
        services.AddSingleton<NewApiImport>();
        services.AddSingleton<Uploads>();
        services.AddSingleton<ImportReader>();
    }
}
