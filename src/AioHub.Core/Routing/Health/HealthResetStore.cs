using System.Globalization;
using System.Text.Json;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace AioHub.Core.Routing.Health;

/// <summary>Has servers forget what they hold against credentials, with a line of the audit log for each channel, all in one transaction.</summary>
internal static class HealthResetStore
{
    private const string Forgotten = "closed";

    /// <summary>Asks servers to forget; what stopped ones had noted is gone at once.</summary>
    public static async Task RunAsync(HubDatabase database, IEnumerable<CredentialId> credentials, string actor, DateTime now, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        await using var transaction = await context.Database.BeginTransactionAsync(cancellation);
        var ids = credentials.Select(static one => one.Value).Distinct().ToArray();
        // The wish comes first: on SQLite the transaction is a writing one from its first statement.
        context.AddRange(ids.Select(id => new HealthResetRow { At = now, CredentialId = id, Actor = HealthStore.Cut(actor) }));
        await context.SaveChangesAsync(cancellation);
        var names = await (
            from credential in context.Set<CredentialRow>().AsNoTracking()
            join channel in context.Set<ChannelRow>().AsNoTracking() on credential.ChannelId equals channel.Id
            where ids.Contains(credential.Id)
            select new { credential.Id, credential.Name, Channel = channel.Name, credential.ChannelId }).ToDictionaryAsync(static one => one.Id, cancellation);
        foreach (var some in ids.GroupBy(id => names.GetValueOrDefault(id)?.ChannelId))
        {
            var lines = new ChangeLines();
            foreach (var id in some)
            {
                // What goes and what is told of it are the same rows, though a server writes at this moment.
                var held = await context.Set<HealthStateRow>().FromSql($"""DELETE FROM health_states WHERE "CredentialId" = {id} RETURNING *""").AsNoTracking().ToListAsync(cancellation);
                Tell(lines, names.TryGetValue(id, out var known) ? known.Name : id.ToString(CultureInfo.InvariantCulture), held, now);
            }

            var report = some.Key is { } channel ? lines.Report($"channel {names[some.First()].Channel}", channel, created: false, "reset") : lines.Report("credentials that are gone", 0, created: false, "reset");
            await ChangeLogStore.AddAsync(context, now, report, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Of several servers that hold the same against it, what holds longest. Never the upstream's own words: they may have a part of the secret in them.</summary>
    private static void Tell(ChangeLines lines, string credential, List<HealthStateRow> held, DateTime now)
    {
        foreach (var same in held.GroupBy(static row => (row.Scope, row.Subject)).OrderBy(static same => same.Key))
        {
            var worst = same.MaxBy(static row => (row.Until ?? DateTime.MinValue, row.Last))!;
            var concerns = Enum.Parse<HealthScope>(worst.Scope) == HealthScope.Credential ? "all models" : worst.Subject;
            lines.Set($"credentials.{credential}.health ({concerns})", Words(worst, now), Forgotten);
        }

        if (held.Count == 0)
        {
            lines.Add($"credentials.{credential}.health: nothing was noted against it");
        }
    }

    private static string Words(HealthStateRow row, DateTime now)
    {
        var phase = Enum.Parse<HealthPhase>(row.Phase);
        var failures = string.Create(CultureInfo.InvariantCulture, $"{row.Failures} × {Word(row.Failure)}");
        return row.Until is { } until && until > now && phase != HealthPhase.Closed
            ? string.Create(CultureInfo.InvariantCulture, $"{Word(row.Phase)} until {until:yyyy-MM-ddTHH:mm:ssZ}, {failures}")
            : $"{(phase == HealthPhase.Closed ? "failing" : Word(nameof(HealthPhase.HalfOpen)))}, {failures}";
    }

    private static string Word(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
