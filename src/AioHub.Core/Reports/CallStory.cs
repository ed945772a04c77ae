using System.Collections.Immutable;
using AioHub.Core.Ledger;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Reports;

/// <summary>
/// One call from its beginning to its charge: which groups and channels there were and why each was passed over, what was tried, when the first byte came, what was used, and how that
/// became money.
/// </summary>
/// <param name="Receipt">All figures. Where the reader may not see channels, those of channels, of the operator's cost and of upstreams' names are taken out.</param>
/// <param name="Route">In the words of an explanation; null = nothing is kept of it: the call was refused before routing was asked, or is older than such records.</param>
public sealed record CallStory(Receipt Receipt, ToldRoute? Route)
{
    private const string EntriesSql = """
        SELECT entries."Id", accounts."Kind", accounts."OwnerId", entries."Kind", entries."AmountNano", entries."RequestId", entries."Reason", entries."Actor", entries."At"
        FROM entries JOIN accounts ON accounts."Id" = entries."AccountId" WHERE entries."RequestId" = $1 ORDER BY entries."Id"
        """;

    /// <summary>What else moved for it than its charge: refunds. A user's are those of their own wallet.</summary>
    public ImmutableArray<Entry> Entries { get; init; } = [];

    /// <summary>The story of a call, whether its record is in the database or on its way. Null = there is none that this scope shows: also a call that still runs has none.</summary>
    /// <param name="log">Of this process; null = from the database alone.</param>
    public static async Task<CallStory?> FindAsync(HubDatabase database, RequestLog? log, ReportScope scope, RequestId id, CancellationToken cancellation = default)
    {
        var receipt = log?.FindPending(id) ?? await RequestLog.FindAsync(database, id, cancellation);
        if (receipt is null || (scope.User is { } user && receipt.User != user))
        {
            return null;
        }

        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        var entries = await reader.ReadAsync(
            EntriesSql,
            static row => new Entry(
                row.GetInt64(0), new AccountRef(LedgerNames.AccountKindOf(row.GetString(1)), row.GetInt64(2)), LedgerNames.EntryKindOf(row.GetString(3)), new NanoUsd(row.GetInt64(4)), row.Text(5),
                row.GetString(6), row.GetString(7), row.Moment(8)!.Value),
            cancellation, id.ToString());
        return new CallStory(receipt, RouteOf(receipt)) { Entries = [.. entries] }.For(scope);
    }

    /// <summary>How a call that is over was routed; null = its receipt keeps nothing of it.</summary>
    public static ToldRoute? RouteOf(Receipt receipt)
    {
        if (receipt.Route is not { } trace)
        {
            return null;
        }

        var served = receipt.Outcome is not (CallOutcome.Failed or CallOutcome.Refused) && receipt is { GroupId: { } group, ChannelId: { } channel }
            ? new ServedRoute(group, receipt.Group ?? "", channel, receipt.Channel ?? "", receipt.ServedModel, receipt.UpstreamModel)
            : null;

        // What a limit kept the call from stands among the attempts, though none was made.
        var made = receipt.Attempts.Count(static attempt => attempt.Status is not null || attempt.Milliseconds > 0);
        return ToldRoute.Of(new RoutedCall(trace, receipt.RequestedModel, receipt.Outcome == CallOutcome.Refused ? 0 : made, receipt.HttpStatus, receipt.ErrorCode)
        {
            Object = receipt.Affinity is { Known: true } affinity ? affinity.Object : null,
            Served = served,
        });
    }

    /// <summary>The same as this scope shows it.</summary>
    public CallStory For(ReportScope scope)
    {
        var entries = scope.User is { } user ? [.. Entries.Where(entry => entry.Account == AccountRef.Wallet(user))] : Entries;
        return scope.SeesChannels ? this with { Entries = entries }
            : new CallStory(Plain(Receipt), Route is null ? null : Route with { Explanation = Route.Explanation.For(seesChannels: false) }) { Entries = entries };
    }

    private static Receipt Plain(Receipt receipt) => receipt with
    {
        Channel = null,
        ChannelId = null,
        CredentialId = null,
        ChargesChannelQuota = false,
        UpstreamModel = "",
        ServedCost = NanoUsd.Zero,
        Cost = null,
        CreditPrice = null,
        Usage = receipt.Usage with { NanoCredits = 0 },
        Route = null,
        Pin = null,
        Attempts = receipt.Attempts.IsDefaultOrEmpty
            ? []
            : [.. receipt.Attempts.Select(static attempt => new AttemptRecord(attempt.Group, "", "", attempt.Result, attempt.Status, attempt.Milliseconds, null))],
    };
}
