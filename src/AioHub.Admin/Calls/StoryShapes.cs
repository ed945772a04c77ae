using System.Collections.Immutable;
using AioHub.Admin.Frame;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Admin.Calls;

/// <summary>One call, told in the order in which it happened. What stands under operators' names is absent for callers.</summary>
/// <param name="At">When it began.</param>
/// <param name="Key">What the key was called then.</param>
/// <param name="User">For operators.</param>
/// <param name="ChannelId">For operators; so are <c>channel</c>, <c>upstream_model</c>, <c>cost</c> and what attempts tell of channels and credentials.</param>
/// <param name="Stop">Why the answer ended; absent = nobody said.</param>
/// <param name="Session">The conversation, as the client named it.</param>
/// <param name="SessionAffinity">What became of the conversation's wish to stay where it was.</param>
/// <param name="Needs">What the call needed of a channel, such as <c>tools</c>; absent = its record does not tell.</param>
/// <param name="Route">Absent = it was refused before routing was asked, or its record does not tell.</param>
/// <param name="Attempts">In order.</param>
/// <param name="Losses">What could not be said in the other dialect.</param>
/// <param name="Entries">What the ledger gave back or took for it beside the charge.</param>
internal sealed record CallStoryReply(
    string RequestId, DateTime At, long KeyId, string Key, long? UserId, string? User, string Dialect, string Operation, bool Stream, int Status, string Outcome, string? ErrorCode,
    long? GroupId, string? Group, long? ChannelId, string? Channel, string RequestedModel, string ServedModel, string? UpstreamModel, string? ServiceTier, string? Stop, string? UserAgent,
    string? Session, string SessionAffinity, int RequestBytes, IReadOnlyList<string>? Needs, StoryRoute? Route, IReadOnlyList<StoryAttempt> Attempts, StoryTiming Timing, StoryTokens Tokens,
    StoryCharge Charge, StoryCost? Cost, IReadOnlyList<StoryLoss> Losses, IReadOnlyList<StoryEntry> Entries)
{
    public static CallStoryReply Of(CallStory story, ReportScope scope, string? email)
    {
        var call = story.Receipt;
        var isAll = scope.User is null;
        return new CallStoryReply(
            call.Id.ToString(), call.StartedAt, call.Key.Value, call.KeyName, isAll ? call.User.Value : null, email, DialectNames.Of(call.Dialect), QueryWords.NameOf(call.Operation), call.Stream,
            call.HttpStatus, QueryWords.NameOf(call.Outcome), call.ErrorCode, call.GroupId?.Value, call.Group, call.ChannelId?.Value, call.Channel, call.RequestedModel, call.ServedModel,
            call.UpstreamModel.Length > 0 ? call.UpstreamModel : null, call.ServiceTier, call.Stop == StopReason.None ? null : QueryWords.NameOf(call.Stop), call.UserAgent, call.Session,
            QueryWords.NameOf(call.SessionAffinity), call.RequestBytes, story.Route?.Needs is { } needs ? WordsOf(needs) : null, story.Route is { } route ? StoryRoute.Of(route) : null,
            call.Attempts.IsDefault ? [] : [.. call.Attempts.Select(attempt => StoryAttempt.Of(attempt, scope))], StoryTiming.Of(call), StoryTokens.Of(call.Usage), StoryCharge.Of(call.Charge),
            scope.SeesChannels ? StoryCost.Of(call) : null, [.. (call.Losses.IsDefault ? [] : call.Losses).Select(static loss => new StoryLoss(loss.Path, loss.Reason, QueryWords.NameOf(loss.Severity)))],
            [.. story.Entries.Select(entry => StoryEntry.Of(entry, isAll))]);
    }

    private static IReadOnlyList<string> WordsOf(Wire.Vocabulary.Needs needs) =>
        [.. Enum.GetValues<Wire.Vocabulary.Needs>().Where(one => one != Wire.Vocabulary.Needs.None && (needs & one) == one).Select(QueryWords.NameOf)];
}

/// <summary>What was thought of a channel.</summary>
/// <param name="Result"><c>candidate</c>, <c>passed_over</c>, <c>cooling</c> or <c>chosen</c>.</param>
internal sealed record StoryChannel(string Channel, string Result, string Reason);

/// <summary>What was thought of a group.</summary>
/// <param name="Code">Why it was passed over; absent = it serves the call or could.</param>
/// <param name="Channels">For operators.</param>
internal sealed record StoryGroup(string Group, bool Chosen, string Reason, string? Code, IReadOnlyList<StoryChannel> Channels);

/// <summary>How the call was routed, and why not otherwise.</summary>
/// <param name="RefusalCode">Absent = it was not refused.</param>
/// <param name="Multiplier">Of the group that served.</param>
/// <param name="Groups">In the order in which they were considered.</param>
internal sealed record StoryRoute(string? RefusalCode, string? Refusal, decimal Multiplier, decimal OwnerMultiplier, decimal KeyMultiplier, IReadOnlyList<StoryGroup> Groups)
{
    public static StoryRoute Of(ToldRoute route) => new(
        route.Explanation.Refusal?.Code, route.Explanation.Refusal?.Message is { Length: > 0 } message ? message : null, route.Explanation.Multiplier, route.OwnerMultiplier, route.KeyMultiplier,
        [.. route.Explanation.Groups.Select(static group => new StoryGroup(group.Group, group.Chosen, group.Reason, group.Code,
            [.. group.Channels.Select(static channel => new StoryChannel(channel.Channel, channel.Result, channel.Reason))]))]);
}

/// <summary>One try at an upstream, or a limit that kept the call from one.</summary>
/// <param name="Credential">Its name.</param>
/// <param name="Result"><c>ok</c> or the failure's code.</param>
/// <param name="Status">The upstream's; absent = none came.</param>
/// <param name="Ms">From the try's start to its headers or its failure.</param>
/// <param name="CostUsd">What a try in vain cost the operator.</param>
internal sealed record StoryAttempt(string Group, string? Channel, string? Credential, string Result, int? Status, double Ms, string? Detail, decimal? CostUsd)
{
    public static StoryAttempt Of(AttemptRecord attempt, ReportScope scope) => new(
        attempt.Group, scope.SeesChannels ? attempt.Channel : null, scope.SeesChannels ? attempt.Credential : null, attempt.Result, attempt.Status, Math.Round(attempt.Milliseconds, 3), attempt.Detail,
        attempt.OperatorCost?.ToUsd());
}

/// <summary>In milliseconds from the call's beginning.</summary>
/// <param name="WaitedMs">In line for a place; absent = it did not wait.</param>
/// <param name="UpstreamMs">How long the upstream says that it worked.</param>
internal sealed record StoryTiming(double TotalMs, double? FirstByteMs, double? WaitedMs, double? UpstreamMs)
{
    public static StoryTiming Of(Receipt call) => new(Rounded(call.TotalMilliseconds)!.Value, Rounded(call.FirstByteMilliseconds), Rounded(call.WaitedMilliseconds), Rounded(call.UpstreamMilliseconds));

    private static double? Rounded(double? milliseconds) => milliseconds is { } known ? Math.Round(known, 3) : null;
}

/// <summary>What was used of one kind.</summary>
/// <param name="What">The bucket: <c>input</c>, <c>cache_read</c>, <c>output</c>, …</param>
internal sealed record StoryBucket(string What, long Tokens);

/// <summary>Tokens in buckets that do not overlap; only those that hold something.</summary>
/// <param name="Reasoning">Of the output.</param>
/// <param name="Source"><c>reported</c>, <c>counted</c>, <c>estimated</c> or <c>none</c>.</param>
/// <param name="Clamped">The upstream's figures contradicted each other.</param>
internal sealed record StoryTokens(long TotalInput, long TotalOutput, long Reasoning, string Source, bool Clamped, IReadOnlyList<StoryBucket> Buckets)
{
    public static StoryTokens Of(in Wire.Vocabulary.Usage usage)
    {
        (string What, long Tokens)[] all =
        [
            ("input", usage.Input), ("cache_read", usage.CacheRead), ("cache_write_5m", usage.CacheWrite5m), ("cache_write_1h", usage.CacheWrite1h), ("cache_write_other", usage.CacheWriteOther),
            ("input_audio", usage.InputAudio), ("cache_read_audio", usage.CacheReadAudio), ("input_image", usage.InputImage), ("cache_read_image", usage.CacheReadImage),
            ("input_video", usage.InputVideo), ("output", usage.Output), ("output_audio", usage.OutputAudio), ("output_image", usage.OutputImage), ("output_video", usage.OutputVideo),
            ("citations", usage.Citations),
        ];
        return new StoryTokens(
            usage.TotalInput, usage.TotalOutput, usage.Reasoning, QueryWords.NameOf(usage.Source), usage.Clamped,
            [.. all.Where(static one => one.Tokens > 0).Select(static one => new StoryBucket(one.What, one.Tokens))]);
    }
}

/// <summary>One line of a charge, before the multipliers.</summary>
internal sealed record StoryLine(string What, long Quantity, decimal UsdPerMillion, decimal Usd);

/// <summary>One of the numbers that the lines' sum was multiplied with.</summary>
internal sealed record StoryFactor(string What, decimal Value);

/// <summary>How the charge came about: the sum of the lines times the multiplier, rounded once to billionths.</summary>
/// <param name="PriceVersion">Of the price row; empty = nothing was charged by one.</param>
internal sealed record StoryCharge(decimal Usd, IReadOnlyList<StoryLine> Lines, decimal Multiplier, IReadOnlyList<StoryFactor> Factors, string PriceVersion, bool Clamped)
{
    public static StoryCharge Of(Charge charge) => new(
        charge.Total.ToUsd(), [.. (charge.Lines.IsDefault ? [] : charge.Lines).Select(static line => new StoryLine(line.What, line.Quantity, line.UnitUsdPerMillion, line.Usd))], charge.Multiplier,
        [.. (charge.Factors.IsDefault ? [] : charge.Factors).Select(static factor => new StoryFactor(factor.What, factor.Value))], charge.PriceVersion, charge.Clamped);
}

/// <summary>What the call cost the operator.</summary>
/// <param name="LostUsd">Of it what tries in vain cost.</param>
/// <param name="MarginUsd">Charge less cost.</param>
internal sealed record StoryCost(decimal Usd, decimal LostUsd, decimal MarginUsd)
{
    public static StoryCost Of(Receipt call) => new(call.OperatorCost.ToUsd(), call.LostCost.ToUsd(), (call.Charge.Total - call.OperatorCost).ToUsd());
}

/// <summary>Something that the other side's dialect could not say.</summary>
internal sealed record StoryLoss(string Path, string Reason, string Severity);

/// <summary>One movement of money about the call, beside its charge.</summary>
/// <param name="Account"><c>wallet</c>, <c>group_quota</c> or <c>channel_budget</c>.</param>
/// <param name="Actor">For operators.</param>
internal sealed record StoryEntry(long Id, DateTime At, string Account, string Kind, decimal AmountUsd, string Reason, string? Actor)
{
    public static StoryEntry Of(Entry entry, bool isAll) =>
        new(entry.Id, entry.At, LedgerNames.Of(entry.Account.Kind), LedgerNames.Of(entry.Kind), entry.Amount.ToUsd(), entry.Reason, isAll ? entry.Actor : null);
}
