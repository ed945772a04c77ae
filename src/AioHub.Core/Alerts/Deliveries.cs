using AioHub.Core.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AioHub.Core.Alerts;

/// <summary>
/// Carries what the outbox holds: at least once, each try by one server. A server that dies between carrying and noting leaves the row to be carried again, under the same message id. After
/// <see cref="MostAttempts"/> tries a delivery is given up and shown.
/// </summary>
public sealed class Deliveries(HubDatabase database, SecretBox box, IAlertCourier courier, TimeProvider time, ILogger<Deliveries>? logger = null)
{
    /// <summary>Longer than any try takes.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SweepEach = TimeSpan.FromHours(6);
    private const int MostAtOnce = 20;

    private static readonly TimeSpan[] Waits =
    [
        TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(4),
    ];

    private readonly ILogger _logger = logger ?? NullLogger<Deliveries>.Instance;
    private DateTime _sweepAt = DateTime.MinValue;

    public static int MostAttempts => Waits.Length + 1;

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                try
                {
                    await CarryDueAsync(cancellation);
                    await SweepAsync(cancellation);
                }
                catch (Exception failure) when (!cancellation.IsCancellationRequested)
                {
                    AlertLog.RoundFailed(_logger, failure);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server stops; what it carries at this moment is carried again when its lease is over.
        }
    }

    /// <summary>Carries what is due now.</summary>
    /// <returns>How many tries were made.</returns>
    public async Task<int> CarryDueAsync(CancellationToken cancellation)
    {
        if (!await DeliveryStore.AnyWaitingAsync(database, cancellation))
        {
            return 0;
        }

        var due = await DeliveryStore.TakeDueAsync(database, time.GetUtcNow().UtcDateTime, Lease, MostAtOnce, cancellation);
        await Task.WhenAll(due.Select(delivery => CarryAsync(delivery, cancellation)));
        return due.Count;
    }

    private async Task CarryAsync(DueDelivery delivery, CancellationToken cancellation)
    {
        CourierAnswer answer;
        try
        {
            answer = await courier.CarryAsync(delivery.Parcel with { Secrets = AlertTargetAdmin.Secrets(box, delivery) }, cancellation);
        }
        catch (SecretBoxException failure)
        {
            answer = new CourierAnswer(false, Final: true, null, failure.Message);
        }

        var now = time.GetUtcNow().UtcDateTime;
        DateTime? next = answer.Delivered || answer.Final || delivery.Attempts >= MostAttempts ? null : now + Waits[delivery.Attempts - 1];
        await DeliveryStore.NoteAsync(database, delivery, answer, now, next, cancellation);
        if (!answer.Delivered)
        {
            AlertLog.DeliveryFailed(_logger, delivery.Id, delivery.Attempts, answer.Text);
        }
    }

    private async Task SweepAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (now >= _sweepAt)
        {
            var isFirst = _sweepAt == DateTime.MinValue;
            _sweepAt = now + SweepEach;
            if (!isFirst)
            {
                await DeliveryStore.SweepAsync(database, now - Kept, cancellation);
            }
        }
    }
}
