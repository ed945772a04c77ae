using System.Collections.Immutable;
using System.Text.Json;
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
internal sealed record OverrideShape(OverrideAction Action, string Target, string? To = null, JsonElement? Value = null, bool Secret = false, OverrideWhen? When = null);

/// <summary>What a channel's calls send otherwise than they would, in the order in which it is done.</summary>
internal sealed record OverridesShape(IReadOnlyList<OverrideShape> Headers, IReadOnlyList<OverrideShape> Body)
{
    public static OverridesShape Of(ChannelOverrides? overrides) => new(
        [.. (overrides?.Headers ?? []).Select(static rule => Shape(rule, static text => JsonSerializer.SerializeToElement(text)))],
        [.. (overrides?.Body ?? []).Select(static rule => Shape(rule, static text => JsonElement.Parse(text)))]);

    /// <param name="present">What stands now, with the secrets in clear: those that are not given again stay.</param>
    /// <exception cref="Refused">A rule cannot be read.</exception>
    public ChannelOverrides ToOverrides(ChannelOverrides? present) => new(
        [.. Headers.Select((rule, at) => Rule(rule, $"overrides.headers[{at}]", isHeader: true, present))],
        [.. Body.Select((rule, at) => Rule(rule, $"overrides.body[{at}]", isHeader: false, present))]);

    private static OverrideShape Shape(OverrideRule rule, Func<string, JsonElement> read) => new(
        rule.Action, rule.Target, rule.To, rule is { IsSecret: false, Value: { } value } ? read(value) : null, rule.IsSecret, rule.When.Equals(OverrideCondition.None) ? null : new OverrideWhen(
            Some(rule.When.Models), Some(rule.When.Dialects.Select(DialectNames.Of)), Some(rule.When.Operations.Select(OverrideCondition.NameOf)), rule.When.Stream, rule.When.Header));

    private static string[]? Some(IEnumerable<string> names) => names.ToArray() is { Length: > 0 } some ? some : null;

    private static OverrideRule Rule(OverrideShape shape, string field, bool isHeader, ChannelOverrides? present)
    {
        var value = shape.Value is not { } given || given.ValueKind == JsonValueKind.Null && isHeader ? null
            : !isHeader ? given.GetRawText()
            : given.ValueKind == JsonValueKind.String ? given.GetString()
            : throw Refused.Invalid(field + ".value", "must be a text: headers have no other values");
        if (shape.Secret && value is null && shape.Action is OverrideAction.Set or OverrideAction.Append)
        {
            value = present?.Headers.FirstOrDefault(rule => rule.IsSecret && rule.Action == shape.Action && string.Equals(rule.Target, shape.Target, StringComparison.OrdinalIgnoreCase))?.Value
                ?? throw Refused.Invalid(field + ".value", "is a secret that the hub does not have yet: give it");
        }

        return new OverrideRule(shape.Action, isHeader ? shape.Target.ToLowerInvariant() : shape.Target) { To = shape.To, Value = value, IsSecret = shape.Secret, When = Condition(shape.When, field + ".when") };
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
