namespace AioHub.Admin.Frame;

/// <summary>Every way in which the management API says no. The code's text is its snake case name.</summary>
internal enum RefusalCode
{
    NotSignedIn,
    SignInFailed,
    NotAllowed,
    NotFound,
    Conflict,
    ChangedMeanwhile,
    Invalid,
    IfMatchRequired,
    IdempotencyKeyRequired,
    TooManyTries,
    TooLarge,
    UnsupportedMedia,
    MethodNotAllowed,
    Failed,
}

/// <summary>A request that is refused, thrown by the handler that finds out and written once, as problem details, by <see cref="Problems"/>.</summary>
internal sealed class Refused(RefusalCode code, string detail) : Exception(detail)
{
    public RefusalCode Code { get; } = code;

    /// <summary>What is wrong with each field.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>The present state, for <see cref="RefusalCode.ChangedMeanwhile"/>.</summary>
    public object? Present { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    public int Status => StatusOf(Code);

    public static int StatusOf(RefusalCode code) => code switch
    {
        RefusalCode.NotSignedIn or RefusalCode.SignInFailed => 401,
        RefusalCode.NotAllowed => 403,
        RefusalCode.NotFound => 404,
        RefusalCode.MethodNotAllowed => 405,
        RefusalCode.Conflict => 409,
        RefusalCode.ChangedMeanwhile => 412,
        RefusalCode.TooLarge => 413,
        RefusalCode.UnsupportedMedia => 415,
        RefusalCode.Invalid => 422,
        RefusalCode.IfMatchRequired or RefusalCode.IdempotencyKeyRequired => 428,
        RefusalCode.TooManyTries => 429,
        _ => 500,
    };

    public static string TitleOf(RefusalCode code) => code switch
    {
        RefusalCode.NotSignedIn => "Not signed in",
        RefusalCode.SignInFailed => "Signing in failed",
        RefusalCode.NotAllowed => "Not allowed",
        RefusalCode.NotFound => "Not found",
        RefusalCode.MethodNotAllowed => "This address has no such method",
        RefusalCode.Conflict => "In conflict with what is there",
        RefusalCode.ChangedMeanwhile => "Changed meanwhile",
        RefusalCode.TooLarge => "Too large",
        RefusalCode.UnsupportedMedia => "Not JSON",
        RefusalCode.Invalid => "Something is wrong with the request",
        RefusalCode.IfMatchRequired => "If-Match is missing",
        RefusalCode.IdempotencyKeyRequired => "Idempotency-Key is missing",
        RefusalCode.TooManyTries => "Too many tries",
        _ => "The hub failed",
    };

    /// <summary>Of what does not exist and of what is another's: nobody can tell the two apart.</summary>
    public static Refused NotFound(string what) => new(RefusalCode.NotFound, $"There is no such {what}.");

    public static Refused NotAllowed(string why) => new(RefusalCode.NotAllowed, why);

    public static Refused Invalid(string field, string message) =>
        new(RefusalCode.Invalid, $"{field}: {message}") { Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] } };
}
