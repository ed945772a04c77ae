using System.Text;
using System.Text.Json;
using AioHub.Core.Catalog;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Routing;

/// <summary>What routing's settings shall be. An unnamed member stays as it is; null = the default.</summary>
public sealed record RouteSettingsDraft
{
    /// <summary>What a model without a price of its own costs.</summary>
    public Named<PriceRow?> FallbackPrice { get; init; }
    /// <summary>Attempts of one call over all groups together.</summary>
    public Named<int?> MaxAttempts { get; init; }
    /// <summary>Calls that may wait for a place.</summary>
    public Named<int?> Queue { get; init; }
    /// <summary>How long a call waits for a place.</summary>
    public Named<TimeSpan?> QueueWait { get; init; }
}

/// <summary>Commands on the settings of routing. A running server puts what <see cref="ReadAsync"/> gives into <see cref="Router.Settings"/>.</summary>
public sealed class RouteSettingsAdmin(HubDatabase database)
{
    /// <summary>What the version of a fallback price is computed for.</summary>
    public const string FallbackModel = "fallback";

    /// <exception cref="AdminException">A value is out of range.</exception>
    public Task<ChangeReport> SetAsync(RouteSettingsDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun, async transaction =>
        {
            var problems = new ProblemList();
            problems.Require(
                draft.MaxAttempts.Value is null or (>= RouteSettings.LeastAttempts and <= RouteSettings.MostAttempts),
                "max_attempts",
                $"must be from {RouteSettings.LeastAttempts} to {RouteSettings.MostAttempts}");
            LimitsText.Check(new Limits { Queue = draft.Queue.Value, QueueWait = draft.QueueWait.Value }, problems, "", queues: true);
            problems.ThrowIfAny();

            var context = transaction.Context;
            var present = Read(await SettingsStore.FindAsync(context, SettingsStore.RouteSettings, cancellation));
            var price = draft.FallbackPrice.Or(present.FallbackPrice);
            var next = new RouteSettings
            {
                FallbackPrice = price is null ? null : PriceJson.Stamp(FallbackModel, price),
                MaxAttempts = draft.MaxAttempts.IsNamed ? draft.MaxAttempts.Value ?? RouteSettings.Default.MaxAttempts : present.MaxAttempts,
                Queue = draft.Queue.Or(present.Queue),
                QueueWait = draft.QueueWait.IsNamed ? draft.QueueWait.Value ?? RouteSettings.Default.QueueWait : present.QueueWait,
            };
            var lines = new ChangeLines();
            lines.Set("fallback_price", Show(present.FallbackPrice), Show(next.FallbackPrice));
            lines.Set("max_attempts", present.MaxAttempts, next.MaxAttempts);
            lines.Set("queue", present.Queue, next.Queue);
            lines.Set("queue_wait", present.QueueWait, next.QueueWait);
            if (lines.Any)
            {
                await SettingsStore.SetAsync(context, SettingsStore.RouteSettings, Write(next), cancellation);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report("settings", 0, created: false), lines.Any);
        }, cancellation);

    /// <summary>The settings as the database has them now.</summary>
    public async Task<RouteSettings> ReadAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return Read((await SettingsStore.LoadAsync(reader, cancellation)).GetValueOrDefault(SettingsStore.RouteSettings));
    }

    private static string? Show(PriceRow? price) => price is null ? null : PriceJson.Write(price);

    private static string Write(RouteSettings settings)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("max_attempts", settings.MaxAttempts);
            if (settings.Queue is { } queue)
            {
                writer.WriteNumber("queue", queue);
            }

            writer.WriteNumber("queue_wait_ms", settings.QueueWait.TotalMilliseconds);
            if (settings.FallbackPrice is { } price)
            {
                writer.WritePropertyName("fallback_price");
                PriceJson.Write(writer, price);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static RouteSettings Read(string? json)
    {
        if (json is null)
        {
            return RouteSettings.Default;
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new RouteSettings
        {
            MaxAttempts = root.TryGetProperty("max_attempts", out var attempts) ? attempts.GetInt32() : RouteSettings.Default.MaxAttempts,
            Queue = root.TryGetProperty("queue", out var queue) ? queue.GetInt32() : null,
            QueueWait = root.TryGetProperty("queue_wait_ms", out var wait) ? TimeSpan.FromMilliseconds(wait.GetDouble()) : RouteSettings.Default.QueueWait,
            FallbackPrice = root.TryGetProperty("fallback_price", out var price) ? PriceJson.Read(FallbackModel, price) : null,
        };
    }
}
