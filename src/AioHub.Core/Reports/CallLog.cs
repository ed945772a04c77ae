using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Reports;

/// <summary>
/// The request log for people: pages of it by any filter, and all that a filter finds, as a stream. No index serves the filters, as each would cost every call; stretches of the log
/// in which nothing can be found are passed by (<see cref="LogBlock"/>), and a search that takes too long says how far it came.
/// </summary>
public sealed class CallLog(HubDatabase database, TimeProvider time)
{
    public const int UsualLimit = 50;
    public const int MostLimit = 200;
    private const int StreamedAtOnce = 1_000;

    private readonly LogBlockShelf _shelf = new();

    /// <summary>Beyond it a search stops at the next opportunity.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(80);

    /// <summary>One page.</summary>
    /// <param name="after">What the page before gave as <see cref="CallPage.Next"/>; null = the newest.</param>
    /// <param name="limit">1 to <see cref="MostLimit"/>.</param>
    /// <param name="since">What an earlier page gave as <see cref="CallPage.Newest"/>: only what was recorded after it; null = all.</param>
    /// <exception cref="AdminException">The filter or the cursor is none, or asks for more than the scope shows.</exception>
    public Task<CallPage> ReadAsync(ReportScope scope, CallFilter filter, string? after = null, int limit = UsualLimit, string? since = null,
        CancellationToken cancellation = default)
    {
        filter.Check(scope);
        return ReadAsync(scope, filter, new LogStretch(NumberOf(since, "since") ?? 0, NumberOf(after, "after") ?? long.MaxValue), Math.Clamp(limit, 1, MostLimit), Patience, cancellation);
    }

    /// <summary>One call by the text that people have of it: its request id, in any case. Null = there is no such call in the database, or the scope does not show it.</summary>
    public async Task<CallLine?> FindAsync(ReportScope scope, string text, CancellationToken cancellation = default) =>
        RequestId.TryParse(text.Trim(), out var id) ? await CallLogStore.FindAsync(database, scope, id, cancellation) : null;

    /// <summary>All that a filter finds, newest first. Read in small steps, so that a slow reader keeps nothing open.</summary>
    /// <exception cref="AdminException">As <see cref="ReadAsync(ReportScope, CallFilter, string?, int, string?, CancellationToken)"/>.</exception>
    public async IAsyncEnumerable<CallLine> StreamAsync(ReportScope scope, CallFilter filter, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        filter.Check(scope);
        for (var below = long.MaxValue; ;)
        {
            var page = await ReadAsync(scope, filter, new LogStretch(0, below), StreamedAtOnce, Patience, cancellation);
            foreach (var line in page.Items)
            {
                yield return line;
            }

            if (page.Next is null)
            {
                yield break;
            }

            below = NumberOf(page.Next, "after")!.Value;
        }
    }

    internal async Task<CallPage> ReadAsync(ReportScope scope, CallFilter filter, LogStretch stretch, int limit, TimeSpan patience, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        _ = Filling();
        await using var search = await CallLogStore.OpenAsync(database, time, _shelf, scope, filter, stretch, limit, cancellation);
        while (!search.IsDone && (!search.HasBegun || time.GetElapsedTime(began) < patience))
        {
            await search.GoOnAsync(cancellation);
        }

        var isFull = search.Found.Count >= limit;
        var next = search.Below <= Math.Max(1, stretch.From) || (search.IsDone && !isFull) ? null : CursorOf(search.Below);
        return new CallPage([.. search.Found], next, next is null || isFull ? null : await search.ReachedAsync(cancellation), CursorOf(search.Head + 1));
    }

    /// <summary>Ends when memory holds what all blocks tell.</summary>
    internal Task Filling() => _shelf.FillAsync(database);

    private static string CursorOf(long number) => number.ToString("x", CultureInfo.InvariantCulture);

    private static long? NumberOf(string? cursor, string field) =>
        cursor is null ? null
        : long.TryParse(cursor, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new AdminException(field, "is no cursor of this list; leave it out for the newest calls");
}

/// <summary>Numbers of the log.</summary>
/// <param name="From">The first.</param>
/// <param name="Below">The first that no longer counts.</param>
internal readonly record struct LogStretch(long From, long Below);
