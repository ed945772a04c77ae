using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using AioHub.Admin.Frame;
using AioHub.Core.Routing.Overrides;
using AioHub.Wire.Vocabulary;

namespace AioHub.Admin.Channels;

/// <summary>When a rule counts; all that is named must hold, and empty lists name nothing.</summary>
/// <param name="Models">Globs of public names.</param>
/// <param name="Dialects">What is spoken upstream.</param>
/// <param name="Stream">Whether the caller asked for a stream; absent = either.</param>
/// <param name="Header">A header that the caller sent.</param>
internal sealed record OverrideWhen(
    IReadOnlyList<string>? Models = null, IReadOnlyList<string>? Dialects = null, IReadOnlyList<string>? Operations = null, bool? Stream = null, string? Header = null);

/// <summary>One change of what a channel's calls send.</summary>
/// <param name="Target">A header's name, or a path of members with dots between them.</param>
/// <param name="To">The new name, of <c>rename</c> alone.</param>
/// <param name="Value">A header's text, or any JSON for the body. Never shown of a secret; of a secret that stays it may be left out.</param>
/// <param name="Secret">Of headers alone.</param>
internal sealed record OverrideShape(OverrideAction Action, string Target, string? To = null, [property: JsonConverter(typeof(AnyValue))] JsonElement? Value = null, bool Secret = false, OverrideWhen? When = null);

/// <summary>What a channel's calls send otherwise than they would, in the order in which it is done.</summary>
internal sealed record OverridesShape(IReadOnlyList<OverrideShape> Headers, IReadOnlyList<OverrideShape> Body)
{
    public static OverridesShape Of(ChannelOverrides? overrides) => new(
        [.. (overrides?.Headers ?? []).Select(static rule => Shape(rule, static text => JsonSerializer.SerializeToElement(text)))],
        [.. (overrides?.Body ?? []).Select(static rule => Shape(rule, static text => JsonElement.Parse(text)))]);

    /// <param name="present">What stands now, with the secrets in clear: those that are not given again stay.</param>
    /// <exception cref="Refused">A rule cannot be read.</exception>
    public ChannelOverrides ToOverrides(ChannelOverrides? present)
    {
        var kept = (present?.Headers ?? []).Where(static rule => rule.IsSecret).ToList();
        return new ChannelOverrides(
            [.. Headers.Select((rule, at) => Rule(rule, $"overrides.headers[{at}]", isHeader: true, kept))],
            [.. Body.Select((rule, at) => Rule(rule, $"overrides.body[{at}]", isHeader: false, kept))]);
    }

    private static OverrideShape Shape(OverrideRule rule, Func<string, JsonElement> read) => new(
        rule.Action, rule.Target, rule.To, rule is { IsSecret: false, Value: { } value } ? read(value) : null, rule.IsSecret, rule.When.Equals(OverrideCondition.None) ? null : new OverrideWhen(
            Some(rule.When.Models), Some(rule.When.Dialects.Select(DialectNames.Of)), Some(rule.When.Operations.Select(OverrideCondition.NameOf)), rule.When.Stream, rule.When.Header));

    private static string[]? Some(IEnumerable<string> names) => names.ToArray() is { Length: > 0 } some ? some : null;

    private static OverrideRule Rule(OverrideShape shape, string field, bool isHeader, List<OverrideRule> kept)
    {
        // null is a value of a body's member where a value belongs, and nothing elsewhere.
        var value = shape.Value is not { } given || (given.ValueKind == JsonValueKind.Null && (isHeader || shape.Action is OverrideAction.Remove or OverrideAction.Rename)) ? null
            : !isHeader ? given.GetRawText()
            : given.ValueKind == JsonValueKind.String ? given.GetString()
            : throw Refused.Invalid(field + ".value", "must be a text: headers have no other values");
        var when = Condition(shape.When, field + ".when");
        if (shape.Secret && value is null && shape.Action is OverrideAction.Set or OverrideAction.Append)
        {
            value = Kept(shape, when, kept) ?? throw Refused.Invalid(field + ".value", "is a secret that the hub does not have yet: give it");
        }

        return new OverrideRule(shape.Action, isHeader ? shape.Target.ToLowerInvariant() : shape.Target) { To = shape.To, Value = value, IsSecret = shape.Secret, When = when };
    }

    /// <summary>
    /// The secret of the rule that this one was, which is used once. Of a rule whose condition is another now only where no two could be meant: one tenant's secret
    /// must not be sent for another.
    /// </summary>
    private static string? Kept(OverrideShape shape, OverrideCondition when, List<OverrideRule> kept)
    {
        var alike = kept.FindAll(rule => rule.Action == shape.Action && string.Equals(rule.Target, shape.Target, StringComparison.OrdinalIgnoreCase));
        var found = alike.Find(rule => rule.When.Equals(when)) ?? (alike is [var only] ? only : null);
        if (found is not null)
        {
            kept.Remove(found);
        }

        return found?.Value;
    }

    private static OverrideCondition Condition(OverrideWhen? when, string field) => when is null ? OverrideCondition.None : new OverrideCondition
    {
        Models = [.. when.Models ?? []],
        Dialects = [.. (when.Dialects ?? []).Select(name => Names.Dialect(name, field + ".dialects"))],
        Operations = [.. (when.Operations ?? []).Select(name => OverrideCondition.TryParse(name, out var operation) ? operation
            : throw Refused.Invalid(field + ".operations", $"there is no '{name}'; there are {string.Join(", ", OverrideCondition.OperationNames)}"))],
        Stream = when.Stream,
        Header = when.Header?.ToLowerInvariant(),
    };
}

/// <summary>Any JSON, where <c>null</c> is a value of its own and not an absent one.</summary>
internal sealed class AnyValue : JsonConverter<JsonElement?>
{
    public override bool HandleNull => true;

    public override JsonElement? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonElement.ParseValue(ref reader);

    public override void Write(Utf8JsonWriter writer, JsonElement? value, JsonSerializerOptions options)
    {
        if (value is { } some)
        {
            some.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
