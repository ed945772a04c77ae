using System.Text.Json;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Overrides;

namespace AioHub.Core.Import.NewApi;

/// <summary>What of a channel's <c>param_override</c> and <c>header_override</c> can be said here; the rest is named rule by rule.</summary>
internal sealed class OverridePlan(string what, ImportNotes notes)
{
    private const string Remedy = "see docs/channels/overrides.md for what overrides may do";

    private readonly List<OverrideRule> _headers = [];
    private readonly List<OverrideRule> _body = [];

    public static ChannelOverrides Of(NewApiChannel channel, ImportNotes notes)
    {
        var plan = new OverridePlan(channel.ToString(), notes);
        plan.Each(channel.HeaderOverride, "header_override", plan.Header);
        plan.Each(channel.ParamOverride, "param_override", plan.Parameter);
        return new ChannelOverrides([.. plan._headers], [.. plan._body]);
    }

    private void Each(string json, string field, Action<string, JsonElement> take)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                take(member.Name, member.Value);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            notes.Left(what, $"{field} is no JSON object", Remedy);
        }
    }

    private void Header(string name, JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text.Length == 0 || text.Contains('{', StringComparison.Ordinal) || name.Contains('*', StringComparison.Ordinal) || name.StartsWith("re:", StringComparison.OrdinalIgnoreCase))
        {
            notes.Left(what, $"header_override '{name}' passes something on that differs from call to call", Remedy);
            return;
        }

        Add(_headers, Secret(new OverrideRule(OverrideAction.Set, name.ToLowerInvariant()) { Value = text }), $"header_override '{name}'");
    }

    private void Parameter(string name, JsonElement value)
    {
        if (name == "operations" && value.ValueKind == JsonValueKind.Array)
        {
            foreach (var operation in value.EnumerateArray())
            {
                Operation(operation);
            }

            return;
        }

        AddBody(OverrideAction.Set, name, value.GetRawText(), to: null, $"param_override '{name}'");
    }

    private void Operation(JsonElement operation)
    {
        string Text(string member) => operation.ValueKind == JsonValueKind.Object && operation.TryGetProperty(member, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()! : "";
        var (mode, path) = (Text("mode"), Text("path"));
        var about = $"param_override '{mode}{(path.Length > 0 ? " " + path : "")}'";
        if (operation.ValueKind != JsonValueKind.Object
            || (operation.TryGetProperty("conditions", out var conditions) && conditions.ValueKind is JsonValueKind.Array or JsonValueKind.Object && conditions.GetRawText() is not ("[]" or "{}"))
            || (operation.TryGetProperty("keep_origin", out var keep) && keep.ValueKind == JsonValueKind.True))
        {
            notes.Left(what, $"{about} has conditions that cannot be said here", Remedy);
            return;
        }

        var value = operation.TryGetProperty("value", out var given) ? given : default;
        switch (mode)
        {
            case "set" when value.ValueKind != JsonValueKind.Undefined:
                AddBody(OverrideAction.Set, path, value.GetRawText(), to: null, about);
                break;
            case "delete":
                AddBody(OverrideAction.Remove, path, value: null, to: null, about);
                break;
            case "move":
                AddBody(OverrideAction.Rename, Text("from"), value: null, Text("to"), about);
                break;
            case "set_header" when value.ValueKind == JsonValueKind.String:
                Header(path, value);
                break;
            case "delete_header":
                Add(_headers, new OverrideRule(OverrideAction.Remove, path.ToLowerInvariant()), about);
                break;
            case "move_header":
                Add(_headers, new OverrideRule(OverrideAction.Rename, Text("from").ToLowerInvariant()) { To = Text("to").ToLowerInvariant() }, about);
                break;
            default:
                notes.Left(what, $"{about} is an operation that overrides here do not have", Remedy);
                break;
        }
    }

    private void AddBody(OverrideAction action, string path, string? value, string? to, string about)
    {
        // Its paths go into arrays and may hold patterns; ours name members.
        if (!IsPlain(path) || (to is not null && !IsPlain(to)))
        {
            notes.Left(what, $"{about}: '{(IsPlain(path) ? to : path)}' is no path of members alone", Remedy);
            return;
        }

        Add(_body, new OverrideRule(action, path) { Value = value, To = to }, about);
    }

    private void Add(List<OverrideRule> rules, OverrideRule rule, string about)
    {
        rules.Add(rule);
        try
        {
            var problems = new ProblemList();
            OverrideChecks.Check(new ChannelOverrides([.. _headers], [.. _body]), problems);
            problems.ThrowIfAny();
        }
        catch (AdminException refused)
        {
            rules.RemoveAt(rules.Count - 1);
            notes.Left(what, $"{about}: {refused.Problems[0].Message}", Remedy);
        }
    }

    private static bool IsPlain(string path) =>
        path.Length > 0 && path.IndexOfAny(['#', '|', '@', '\\', '?', '*', '!', '{']) < 0 && !path.Split('.').Any(static part => part.Length == 0 || part.All(char.IsAsciiDigit));

    private static OverrideRule Secret(OverrideRule rule) =>
        Array.Exists(["key", "token", "secret", "auth", "password"], word => rule.Target.Contains(word, StringComparison.Ordinal)) ? rule with { IsSecret = true } : rule;
}
