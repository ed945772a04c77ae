using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>One number of a rule: its name has its unit.</summary>
public sealed record AlertNumber(string Name, decimal Default, decimal Least, decimal Most);

/// <summary>When operators are told of one kind of thing.</summary>
/// <param name="Numbers">Every number of the kind, set or by default.</param>
public sealed record AlertRule(string Kind, bool Enabled, FrozenDictionary<string, decimal> Numbers)
{
    public decimal this[string number] => Numbers[number];
}

/// <summary>What a rule shall be; what is not named stays. A number that is null goes back to its default.</summary>
public sealed record AlertRuleDraft(bool? Enabled, IReadOnlyDictionary<string, decimal?>? Numbers);

/// <summary>The rules: one for each kind of operators' alerts, in the database's settings where they differ from what is usual.</summary>
public sealed class AlertRuleAdmin(HubDatabase database)
{
    public const string ThresholdUsd = "threshold_usd";
    public const string FirstLevel = "first_level";
    public const string SecondLevel = "second_level";
    public const string Share = "share";
    public const string Minutes = "minutes";
    public const string LeastCalls = "least_calls";
    public const string Factor = "factor";
    public const string LeastUsd = "least_usd";
    public const string Days = "days";

    private static readonly FrozenDictionary<string, (bool Enabled, ImmutableArray<AlertNumber> Numbers)> Usual = new Dictionary<string, (bool, ImmutableArray<AlertNumber>)>(StringComparer.Ordinal)
    {
        [AlertKinds.ChannelFailing] = (true, [new(Share, 0.5m, 0.01m, 1m), new(Minutes, 5, 1, 120), new(LeastCalls, 20, 1, 1_000_000)]),
        [AlertKinds.SpendAnomaly] = (true, [new(Factor, 3, 1.1m, 100), new(LeastUsd, 5, 0, 1_000_000)]),
        [AlertKinds.PriceMissing] = (true, []),
        [AlertKinds.QuotaLow] = (true, [new(FirstLevel, 0.8m, 0.01m, 0.99m), new(SecondLevel, 0.95m, 0.01m, 0.99m)]),
        [AlertKinds.QuotaUsedUp] = (true, []),
        [AlertKinds.SoftLimit] = (true, []),
        [AlertKinds.LowBalance] = (false, [new(ThresholdUsd, 1, 0, 1_000_000)]),
        [AlertKinds.KeyExpiring] = (true, [new(Days, 7, 1, 90)]),
        [AlertKinds.GroupExpired] = (true, []),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The numbers of a kind, with their bounds.</summary>
    public static ImmutableArray<AlertNumber> NumbersOf(string kind) => Usual.TryGetValue(kind, out var usual) ? usual.Numbers : [];

    /// <summary>All of them, in the order in which they are shown.</summary>
    public async Task<ImmutableArray<AlertRule>> ReadAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return Read((await SettingsStore.LoadAsync(reader, cancellation)).GetValueOrDefault(SettingsStore.AlertRules));
    }

    /// <exception cref="AdminException">There is no such kind or number, or a number is out of range.</exception>
    public Task<ChangeReport> SetAsync(string kind, AlertRuleDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            Check(kind, draft);
            var context = transaction.Context;
            var rules = Read(await SettingsStore.FindAsync(context, SettingsStore.AlertRules, cancellation));
            var present = rules.Single(rule => rule.Kind == kind);
            var lines = new ChangeLines();
            var enabled = lines.Set("enabled", present.Enabled, draft.Enabled ?? present.Enabled);
            var numbers = NumbersOf(kind).ToFrozenDictionary(
                static number => number.Name,
                number => lines.Set(number.Name, present[number.Name], draft.Numbers?.TryGetValue(number.Name, out var set) == true ? set ?? number.Default : present[number.Name]),
                StringComparer.Ordinal);
            if (numbers.TryGetValue(FirstLevel, out var first) && first >= numbers[SecondLevel])
            {
                throw new AdminException($"numbers.{SecondLevel}", "must be above first_level");
            }

            if (lines.Any)
            {
                var next = rules.Replace(present, new AlertRule(kind, enabled, numbers));
                await SettingsStore.SetAsync(context, SettingsStore.AlertRules, Write(next), cancellation);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"alert rule {kind}", 0, created: false), lines.Any);
        }, cancellation);

    private static void Check(string kind, AlertRuleDraft draft)
    {
        if (!Usual.ContainsKey(kind))
        {
            throw new AdminException("kind", $"there is no rule {kind}; there are {string.Join(", ", AlertKinds.OfOperators)}");
        }

        var problems = new ProblemList();
        foreach (var (name, value) in draft.Numbers ?? FrozenDictionary<string, decimal?>.Empty)
        {
            if (NumbersOf(kind).FirstOrDefault(number => number.Name == name) is not { } number)
            {
                problems.Add($"numbers.{name}", $"is no number of {kind}; it has {(NumbersOf(kind) is { Length: > 0 } all ? string.Join(", ", all.Select(static one => one.Name)) : "none")}");
            }
            else if (value is { } set)
            {
                problems.Require(set >= number.Least && set <= number.Most, $"numbers.{name}",
                    string.Create(CultureInfo.InvariantCulture, $"must be from {number.Least} to {number.Most}"));
            }
        }

        problems.ThrowIfAny();
    }

    private static ImmutableArray<AlertRule> Read(string? json)
    {
        using var document = JsonDocument.Parse(json ?? JsonText.EmptyMap);
        return [.. AlertKinds.OfOperators.Select(kind =>
        {
            var (enabled, numbers) = Usual[kind];
            var set = document.RootElement.TryGetProperty(kind, out var own) ? own : default;
            return new AlertRule(
                kind,
                set.ValueKind == JsonValueKind.Object && set.TryGetProperty("enabled", out var flag) ? flag.GetBoolean() : enabled,
                numbers.ToFrozenDictionary(
                    static number => number.Name,
                    number => set.ValueKind == JsonValueKind.Object && set.TryGetProperty(number.Name, out var value) ? value.GetDecimal() : number.Default,
                    StringComparer.Ordinal));
        })];
    }

    private static string Write(ImmutableArray<AlertRule> rules) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        foreach (var rule in rules)
        {
            writer.WriteStartObject(rule.Kind);
            writer.WriteBoolean("enabled", rule.Enabled);
            foreach (var number in NumbersOf(rule.Kind))
            {
                writer.WriteNumber(number.Name, rule[number.Name]);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    });
}
