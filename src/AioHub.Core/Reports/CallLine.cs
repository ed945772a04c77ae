using System.Collections.Immutable;
using AioHub.Core.Metering;
using AioHub.Core.Primitives;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Reports;

/// <summary>One call as a page of the log lists it.</summary>
/// <param name="Id">Of the request.</param>
/// <param name="At">When it began (UTC).</param>
/// <param name="KeyName">What the key is called now; null = there is no such key.</param>
public sealed record CallLine(RequestId Id, DateTime At, ApiKeyId Key, string? KeyName, UserId User)
{
    /// <summary>The user's address; null = the reader sees their own calls alone.</summary>
    public string? Email { get; init; }

    /// <summary>That served, or was tried last; empty = none.</summary>
    public string Group { get; init; } = "";

    /// <summary>Null = the reader may not see channels.</summary>
    public string? Channel { get; init; }

    public string RequestedModel { get; init; } = "";

    /// <summary>Empty = none.</summary>
    public string ServedModel { get; init; } = "";

    public Dialect Dialect { get; init; }

    public Operation Operation { get; init; }

    public bool Stream { get; init; }

    /// <summary>The HTTP status that the caller got.</summary>
    public int Status { get; init; }

    public CallOutcome Outcome { get; init; }

    public string? ErrorCode { get; init; }

    /// <summary>All input tokens, cached and written ones included.</summary>
    public long Input { get; init; }

    /// <summary>Input tokens that were neither read from a cache nor written into one.</summary>
    public long Uncached => Math.Max(0, Input - CacheRead - CacheWrite);

    public long CacheRead { get; init; }

    public long CacheWrite { get; init; }

    public long Output { get; init; }

    public NanoUsd Charge { get; init; }

    /// <summary>What it cost the operator; null = the reader may not see it.</summary>
    public NanoUsd? Cost { get; init; }

    public double TotalMilliseconds { get; init; }

    public double? FirstByteMilliseconds { get; init; }
}

/// <summary>A page of the log, newest first: in the order in which calls were recorded, which is that of their ends.</summary>
/// <param name="Next">Where to go on (<c>after</c>); null = there are no more.</param>
/// <param name="ScannedThrough">
/// When <paramref name="Next"/> is not null and the page is not full: the search took its time and came down to calls of about this moment. What is older has not been looked at.
/// </param>
/// <param name="Newest">What is recorded after this page was read lies beyond it (<c>since</c>).</param>
public sealed record CallPage(ImmutableArray<CallLine> Items, string? Next, DateTime? ScannedThrough, string Newest);
