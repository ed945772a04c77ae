using AioHub.Core.Metering;

namespace AioHub.Core.Reports;

/// <summary>Whose doing it was that a call did not end in a whole answer.</summary>
public enum CallFault
{
    /// <summary>The caller has the whole answer.</summary>
    None,
    /// <summary>The call could not be served as it was: its body, its key, its money, its limits.</summary>
    Caller,
    /// <summary>An upstream refused, failed, or broke off.</summary>
    Upstream,
    /// <summary>The hub had no way to serve it, or failed.</summary>
    Hub,
    /// <summary>The caller went away.</summary>
    Cancelled,
}

/// <summary>Tells faults apart by what the log keeps of a call.</summary>
internal static class CallFaults
{
    private const int ServerError = 500;

    /// <param name="status">The HTTP status that the caller got.</param>
    public static CallFault Of(CallOutcome outcome, int status, string? code) => outcome switch
    {
        CallOutcome.Completed => CallFault.None,
        CallOutcome.Cancelled => CallFault.Cancelled,
        CallOutcome.Partial => CallFault.Upstream,
        CallOutcome.Refused => status < ServerError ? CallFault.Caller : CallFault.Hub,
        _ when code is "internal_error" or "journal_unavailable" => CallFault.Hub,
        _ => IsCallers(status) ? CallFault.Caller : CallFault.Upstream,
    };

    /// <summary>Whether an attempt says something against its channel: not when the same request would fail everywhere, and not when the caller left.</summary>
    public static bool IsChannels(AttemptRecord attempt, CallOutcome outcome) =>
        attempt.Result != "ok" && outcome != CallOutcome.Cancelled && !IsCallers(attempt.Status ?? 0);

    /// <summary>What an upstream says of a request, not of its own state or of the credential that was used.</summary>
    private static bool IsCallers(int status) => status is >= 400 and < ServerError and not (401 or 402 or 403 or 408 or 429);
}
