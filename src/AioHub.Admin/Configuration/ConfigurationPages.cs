using AioHub.Admin.Frame;
using AioHub.Core.Setup;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Configuration;

/// <summary><c>GET /api/admin/configuration</c>: a file that <c>apply</c> takes back; each secret stands as <c>${NAME}</c>.</summary>
internal static class ExportConfiguration
{
    public const string ContentType = "application/yaml";

    public static async Task AnswerAsync(HttpContext http, IConfigurationText configuration)
    {
        var text = await configuration.ExportAsync(http.RequestAborted);
        http.Response.ContentType = ContentType + "; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"aiohub.yaml\"";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }
}

/// <param name="Text">A configuration file, YAML or JSON.</param>
/// <param name="Variables">What <c>${NAME}</c> in it stands for. Variables of the hub's machine are not read. A credential's <c>secret</c> without a value stays as it is.</param>
[LargeBody(20 * 1024 * 1024)]
internal sealed record ConfigurationRequest(string Text, IReadOnlyDictionary<string, string>? Variables)
{
    /// <summary>Errors name a line as <c>text:12</c>.</summary>
    public SentConfiguration Sent(Who who) => new("text", Text, Variables ?? new Dictionary<string, string>(StringComparer.Ordinal), who.Known.Email);

    /// <summary>Of what was sent and what it would do: two texts that differ in a secret alone look the same in the plan and are not the same.</summary>
    public string TagOf(ConfigurationPlanReply plan) => EntityTags.Of(new SeenConfiguration(Text, [.. (Variables ?? new Dictionary<string, string>(StringComparer.Ordinal)).OrderBy(static one => one.Key, StringComparer.Ordinal)], plan));
}

/// <summary>What a tag is of.</summary>
internal sealed record SeenConfiguration(string Text, IReadOnlyList<KeyValuePair<string, string>> Variables, ConfigurationPlanReply Plan);

/// <summary>What a configuration file would change.</summary>
/// <param name="Changes">Only things that change, in the order in which they are changed.</param>
internal sealed record ConfigurationPlanReply(IReadOnlyList<ThingChange> Changes)
{
    public static ConfigurationPlanReply Of(ConfigurationReport report) => new([.. report.Changes.Select(ThingChange.Of)]);
}

/// <param name="Secret">Shown this once.</param>
internal sealed record MadeKey(string Name, string User, string Secret);

/// <summary>What a configuration file changed.</summary>
/// <param name="Keys">Keys whose secrets the file left to chance.</param>
internal sealed record ConfigurationAppliedReply(IReadOnlyList<ThingChange> Changes, IReadOnlyList<MadeKey> Keys);

/// <summary><c>POST /api/admin/configuration/preview</c>: a dry run. Writes nothing.</summary>
internal static class PreviewConfiguration
{
    public static async Task<IResult> AnswerAsync(Body<ConfigurationRequest> body, HttpContext http, Who who, IConfigurationText configuration)
    {
        var plan = ConfigurationPlanReply.Of(await configuration.ApplyAsync(body.Value.Sent(who), dryRun: true, agree: null, http.RequestAborted));
        http.Response.Headers.ETag = body.Value.TagOf(plan);
        return Results.Json(plan, ManagementJson.Options);
    }
}

/// <summary><c>POST /api/admin/configuration/apply</c>: in the transaction that changes things it is compared with what was seen; where it differs, nothing is done.</summary>
internal static class ApplyConfiguration
{
    public static async Task<ConfigurationAppliedReply> AnswerAsync(Body<ConfigurationRequest> body, HttpContext http, Who who, IConfigurationText configuration)
    {
        var wanted = http.Request.Headers.IfMatch.ToString();
        if (wanted.Length == 0)
        {
            throw new Refused(RefusalCode.IfMatchRequired, "Send the tag of the preview as If-Match, so that what was seen is what is done.");
        }

        var report = await configuration.ApplyAsync(body.Value.Sent(who), dryRun: false, Agree, http.RequestAborted);
        return new ConfigurationAppliedReply([.. report.Changes.Select(ThingChange.Of)], [.. report.Keys.Select(static key => new MadeKey(key.Name, key.User, key.Secret))]);

        void Agree(ConfigurationReport found)
        {
            var plan = ConfigurationPlanReply.Of(found);
            var tag = body.Value.TagOf(plan);
            if (tag != wanted)
            {
                http.Response.Headers.ETag = tag;
                throw new Refused(RefusalCode.ChangedMeanwhile, "The text or the configuration changed since the preview. Look at 'current', and try again with its ETag.") { Present = plan };
            }
        }
    }
}
