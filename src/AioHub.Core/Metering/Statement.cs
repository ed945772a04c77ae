using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Metering;

/// <summary>What a statement begins with.</summary>
/// <param name="Month">Its first day; days and months are UTC.</param>
/// <param name="Opening">All entries before the month less all charges of calls that began before it.</param>
public sealed record StatementHead(UserId User, string Email, DateOnly Month, NanoUsd Opening);

/// <summary>The calls of one day to one model through one group.</summary>
/// <param name="Group">The group that served; empty when none did.</param>
/// <param name="Input">All input tokens, cached ones included.</param>
/// <param name="Charge">What they cost together.</param>
public sealed record StatementDay(DateOnly Day, string Model, string Group, long Calls, long Input, long CacheRead, long Output, NanoUsd Charge)
{
    /// <summary>What they cost the operator, failed attempts included.</summary>
    public NanoUsd Cost { get; init; }
}

/// <summary>What a statement ends with: opening + entries − charges = closing, to the last nano-USD.</summary>
public sealed record StatementSums(NanoUsd Opening, NanoUsd Entries, NanoUsd Charges, long Calls, NanoUsd Closing);

/// <summary>Takes a statement line by line, in this order; nothing is held back.</summary>
public interface IStatementWriter
{
    Task BeginAsync(StatementHead head, CancellationToken cancellation);

    /// <summary>In the order of their numbers.</summary>
    Task EntryAsync(Entry entry, CancellationToken cancellation);

    /// <summary>By day, model, group.</summary>
    Task DayAsync(StatementDay day, CancellationToken cancellation);

    Task EndAsync(StatementSums sums, CancellationToken cancellation);
}
