using AioHub.Core.Catalog;

namespace AioHub.Core.Routing;

/// <summary>What an operator may set about routing.</summary>
public sealed record RouteSettings
{
    public const int LeastAttempts = 1;
    public const int MostAttempts = 32;

    private readonly int _maxAttempts = 6;

    public static RouteSettings Default { get; } = new();

    /// <summary>Attempts of one call over all groups together; 1 to 32, default 6. Values outside are brought inside.</summary>
    public int MaxAttempts
    {
        get => _maxAttempts;
        init => _maxAttempts = Math.Clamp(value, LeastAttempts, MostAttempts);
    }

    /// <summary>How many calls may wait for a place where a limit of calls at the same time does not say; 0 = none, null (default) = twice as many as there are places.</summary>
    public int? Queue { get; init; }

    /// <summary>How long a call waits for a place where the limit does not say; default 10 seconds.</summary>
    public TimeSpan QueueWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What a model without a price of its own costs; null (default) = its calls are refused with <c>model_price_missing</c>.</summary>
    public PriceRow? FallbackPrice { get; init; }
}
