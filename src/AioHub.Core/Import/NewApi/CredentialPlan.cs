using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Routing;

namespace AioHub.Core.Import.NewApi;

/// <summary>A channel's keys as credentials, each in the state that it had.</summary>
internal static class CredentialPlan
{
    /// <summary>Stands where the source gave no key: the channel comes disabled.</summary>
    public const string Placeholder = "put-the-key-here";
    private const string Prefix = "key-";

    /// <param name="region">Of the first key of AWS that names one.</param>
    public static ImmutableArray<CredentialDraft> Of(NewApiChannel channel, string type, ImportNotes notes, out string? region)
    {
        var what = channel.ToString();
        var states = States(channel, out var isMulti);
        var drafts = new List<CredentialDraft>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        region = null;
        var number = 0;
        foreach (var line in Lines(channel.Key, isMulti))
        {
            var index = number++;
            var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{number}");
            if (!seen.Add(line))
            {
                notes.Adjusted(what, $"its key {number} stands there twice; once is enough");
                continue;
            }

            var secret = line;
            if (type == "bedrock")
            {
                var of = Aws(line, out secret);
                region ??= of;
                if (of is not null && of != region)
                {
                    notes.Left(what, $"its key {number} is of region {of}, the others are of {region}: a channel is of one region here", $"add a channel with settings.region = {of} for it");
                    continue;
                }
            }

            var state = states.GetValueOrDefault(index, 1);
            drafts.Add(new CredentialDraft(name, secret, state == 1));
            if (state == 3)
            {
                notes.Told(what, $"its key {number} was disabled by new-api itself and stays disabled", "`aiohub channels credentials --help`: enable it once it works");
            }
        }

        return [.. drafts];
    }

    /// <summary>Those of an import; others were added here and stay.</summary>
    public static bool IsImported(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) && name.AsSpan(Prefix.Length) is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9');

    private static IEnumerable<string> Lines(string key, bool isMulti)
    {
        var text = key.Trim();
        if (text.StartsWith('[') && TryArray(text) is { } items)
        {
            return items;
        }

        // A key file may be written over many lines.
        return !isMulti && text.StartsWith('{') ? [text] : text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static List<string>? TryArray(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(static item => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText())];
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary><c>id|secret|region</c>, or <c>key|region</c>.</summary>
    private static string? Aws(string line, out string secret)
    {
        var parts = line.Split('|', StringSplitOptions.TrimEntries);
        secret = parts.Length >= 3 ? new AwsKeyPair(parts[0], parts[1]).ToSecret() : parts[0];
        return parts.Length >= 2 && parts[^1].Length > 0 ? parts[^1] : null;
    }

    private static Dictionary<int, long> States(NewApiChannel channel, out bool isMulti)
    {
        isMulti = false;
        var states = new Dictionary<int, long>();
        if (JsonMembers.Of(channel.ChannelInfo) is not { } info)
        {
            return states;
        }

        isMulti = info.TryGetValue("is_multi_key", out var multi) && multi is "true" or "1";
        foreach (var (index, state) in JsonMembers.Of(info.GetValueOrDefault("multi_key_status_list") ?? "") ?? [])
        {
            if (int.TryParse(index, CultureInfo.InvariantCulture, out var at) && long.TryParse(state, CultureInfo.InvariantCulture, out var value))
            {
                states[at] = value;
            }
        }

        return states;
    }
}

/// <summary>The members of a JSON object as texts: what is text without its quotes, all else as it is written.</summary>
internal static class JsonMembers
{
    /// <summary>Null = it is none.</summary>
    public static Dictionary<string, string>? Of(string json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind != JsonValueKind.Object ? null
                : document.RootElement.EnumerateObject().DistinctBy(static member => member.Name, StringComparer.Ordinal)
                    .ToDictionary(static member => member.Name, static member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText(), StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
