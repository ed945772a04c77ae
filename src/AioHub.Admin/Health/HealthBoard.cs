using AioHub.Core.Primitives;
using AioHub.Core.Reports;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Health;
using Microsoft.AspNetCore.Http;

namespace AioHub.Admin.Health;

/// <summary>What calls of the board's period came to. Attempts count where they were made, calls where they ended.</summary>
/// <param name="FailureRate">Failed attempts by attempts, 0 to 1; absent = none were made.</param>
internal sealed record BoardFigures(long Calls, long Errors, long Attempts, long FailedAttempts, double? FailureRate, double? P50Ms, double? P95Ms, double? FirstByteP50Ms)
{
    public static BoardFigures Of(UsageSums? sums) => sums is null ? new(0, 0, 0, 0, null, null, null, null) : new(
        sums.Calls, sums.Errors, sums.Attempts, sums.FailedAttempts, sums.FailureRate, sums.Times.Quantile(0.5), sums.Times.Quantile(0.95), sums.FirstBytes.Quantile(0.5));
}

internal sealed record BoardCredential(long Id, string Name, CredentialCondition State, IReadOnlyList<HoldShape> Holds);

internal sealed record BoardChannel(
    long Id, string Name, string Type, ChannelCondition State, CredentialTally Tally, IReadOnlyList<string> Groups, IReadOnlyList<BoardCredential> Credentials, BoardFigures Figures);

internal sealed record BoardMember(long ChannelId, string Channel, int Priority, int Weight, ChannelCondition State);

/// <param name="Status">At this moment: a day of expiry that has come counts.</param>
/// <param name="State">Of its channels together; disabled = it has none that could serve.</param>
internal sealed record BoardGroup(string Name, string DisplayName, GroupStatus Status, ChannelCondition State, IReadOnlyList<BoardMember> Members, BoardFigures Figures);

/// <summary>How everything stands at a moment.</summary>
/// <param name="From">Since when the figures count: the full hour before the last hour began.</param>
/// <param name="Nodes">Servers that hold anything against a credential.</param>
/// <param name="Changes">The newest changes of health.</param>
internal sealed record HealthBoardReply(
    DateTime At, DateTime From, IReadOnlyList<string> Nodes, IReadOnlyList<BoardChannel> Channels, IReadOnlyList<BoardGroup> Groups, IReadOnlyList<HealthChangeShape> Changes);

/// <summary><c>GET /api/admin/health</c>: groups, channels, credentials, what rests and why, and how the last hour went.</summary>
internal static class ShowHealth
{
    private const int NewestChanges = 30;

    public static async Task<HealthBoardReply> AnswerAsync(HttpContext http, ChannelAdmin channels, GroupAdmin groups, HealthAdmin health, UsageReports reports, TimeProvider time)
    {
        var cancellation = http.RequestAborted;
        var now = time.GetUtcNow().UtcDateTime;
        var from = new DateTime(now.Year, now.Month, now.Day, now.Hour, 0, 0, DateTimeKind.Utc).AddHours(-1);
        var conditions = await Conditions.ReadAsync(health, cancellation);
        var listings = await channels.ListAsync(cancellation);
        var question = new ReportQuestion(ReportScope.Everybody, from, now);
        var byChannel = await SumsAsync(question with { By = ReportBy.Channel });
        var byGroup = await SumsAsync(question with { By = ReportBy.Group });
        var states = listings.ToDictionary(static listing => listing.Channel.Name, conditions.Of, StringComparer.Ordinal);
        var ids = listings.ToDictionary(static listing => listing.Channel.Name, static listing => listing.Channel.Id.Value, StringComparer.Ordinal);
        return new HealthBoardReply(
            now, from, conditions.Nodes,
            [.. listings.Select(listing => new BoardChannel(
                listing.Channel.Id.Value, listing.Channel.Name, ChannelTypes.Of(listing.Channel.Type).Name, states[listing.Channel.Name], conditions.TallyOf(listing), listing.Groups,
                [.. listing.Credentials.Select(one => new BoardCredential(one.Id.Value, one.Name, conditions.Of(one), conditions.HoldsOf(one.Id)))],
                BoardFigures.Of(byChannel.GetValueOrDefault(listing.Channel.Name))))],
            [.. (await groups.ListAsync(cancellation)).Where(static listing => !listing.Group.IsAuto).Select(listing => new BoardGroup(
                listing.Group.Name, listing.Group.DisplayName, listing.Group.StatusAt(now), Together(listing.Channels.Select(member => states[member.Channel])),
                [.. listing.Channels.Select(member => new BoardMember(ids[member.Channel], member.Channel, member.Priority, member.Weight, states[member.Channel]))],
                BoardFigures.Of(byGroup.GetValueOrDefault(listing.Group.Name))))],
            [.. (await health.EventsAsync(channel: null, NewestChanges, cancellation)).Select(HealthChangeShape.Of)]);

        async Task<Dictionary<string, UsageSums>> SumsAsync(ReportQuestion asked) =>
            (await reports.RankAsync(asked, cancellation: cancellation)).Items.ToDictionary(static one => one.Key, static one => one.Now, StringComparer.Ordinal);
    }

    /// <summary>How some channels stand together: what is disabled does not count while another is not.</summary>
    public static ChannelCondition Together(IEnumerable<ChannelCondition> channels)
    {
        var counting = channels.Where(static state => state != ChannelCondition.Disabled).ToList();
        if (counting.Count == 0)
        {
            return ChannelCondition.Disabled;
        }

        if (counting.TrueForAll(static state => state == ChannelCondition.Healthy))
        {
            return ChannelCondition.Healthy;
        }

        return counting.Exists(static state => state is ChannelCondition.Healthy or ChannelCondition.Degraded) ? ChannelCondition.Degraded
            : counting.Contains(ChannelCondition.Cooling) ? ChannelCondition.Cooling : ChannelCondition.Broken;
    }
}
