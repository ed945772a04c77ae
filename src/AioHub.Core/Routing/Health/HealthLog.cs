using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Routing.Health;

/// <summary>
/// A server's health in the database: changes and states are noted there once a second, resets are taken from there, and a start takes over what rested when
/// the last life ended. Calls never wait for it.
/// </summary>
/// <param name="node">The server's own name; states of several servers stand beside each other.</param>
public sealed class HealthLog(HubDatabase database, LocalHealth health, RoutingDirectory routing, string node, TimeProvider time)
{
    private const int MostWaiting = 2_000;
    private static readonly TimeSpan PruneEach = TimeSpan.FromHours(1);

    private readonly List<HealthEvent> _waiting = [];
    private long _written = -1;
    private long _lastReset;
    private DateTime _pruneAt = DateTime.MinValue;

    /// <summary>Takes over rests that are not over: this server's own, and those of a whole credential (its secret, its quota), whoever saw them.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow().UtcDateTime;
        _lastReset = (await HealthStore.ResetsAsync(database, 0, cancellation)) is [.., var last] ? last.Id : 0;
        var states = await HealthStore.StatesAsync(database, now, cancellation);
        health.Restore(states
            .Where(noted => noted.State.Phase == HealthPhase.Resting && (noted.State.Scope == HealthScope.Credential || string.Equals(noted.Node, node, StringComparison.Ordinal)))
            .GroupBy(static noted => (noted.State.Credential, noted.State.Scope, noted.State.Subject))
            .Select(static noted => noted.MaxBy(static one => one.State.Until).State));
    }

    /// <summary>Takes over resets, then notes what changed. What cannot be written now is written with the next beat.</summary>
    public async Task BeatAsync(CancellationToken cancellation)
    {
        foreach (var (id, credential) in await HealthStore.ResetsAsync(database, _lastReset, cancellation))
        {
            health.Reset(credential);
            _lastReset = id;
        }

        await WriteAsync(cancellation);
        var now = time.GetUtcNow().UtcDateTime;
        if (now >= _pruneAt)
        {
            _pruneAt = now + PruneEach;
            await HealthStore.PruneAsync(database, now, cancellation);
        }
    }

    /// <summary>Notes what changed since the last time; also before a server stops.</summary>
    public async Task WriteAsync(CancellationToken cancellation)
    {
        var version = health.Version;
        _waiting.AddRange(health.TakeEvents());
        if (_waiting.Count == 0 && version == _written)
            return;

        if (_waiting.Count > MostWaiting)
            _waiting.RemoveRange(0, _waiting.Count - MostWaiting);
        var names = _waiting.Count == 0 ? [] : Names();
        var entries = _waiting.ConvertAll(change => new HealthEntry(
            change, names.GetValueOrDefault(change.Credential).Channel ?? "", names.GetValueOrDefault(change.Credential).Credential ?? "", node));
        await HealthStore.WriteAsync(database, node, entries, health.Snapshot(), cancellation);
        _waiting.Clear();
        _written = version;
    }

    private Dictionary<CredentialId, (string Channel, string Credential)> Names()
    {
        var wanted = _waiting.Select(static change => change.Credential).ToHashSet();
        var names = new Dictionary<CredentialId, (string, string)>();
        foreach (var channel in routing.Current.Channels)
        {
            foreach (var credential in channel.Credentials)
            {
                if (wanted.Contains(credential.Id))
                    names[credential.Id] = (channel.Name, credential.Name);
            }
        }

        return names;
    }
}

/// <summary>A change as it was noted down.</summary>
/// <param name="Channel">Its name then; empty when it was gone.</param>
/// <param name="Credential">Its name then.</param>
/// <param name="Node">The server that noted it.</param>
public sealed record HealthEntry(HealthEvent Change, string Channel, string Credential, string Node);

/// <summary>What operators do with health: look at it, and have it forgotten.</summary>
public sealed class HealthAdmin(HubDatabase database, TimeProvider time)
{
    /// <summary>What servers hold against credentials, as of their last second; by credential.</summary>
    public async Task<ImmutableArray<(string Node, HealthState State)>> StatesAsync(CancellationToken cancellation = default) =>
        [.. await HealthStore.StatesAsync(database, time.GetUtcNow().UtcDateTime, cancellation)];

    /// <summary>The changes, newest first.</summary>
    /// <param name="channel">A channel's name; null = all.</param>
    /// <param name="limit">1 to 1,000.</param>
    public async Task<ImmutableArray<HealthEntry>> EventsAsync(string? channel, int limit = 100, CancellationToken cancellation = default) =>
        [.. await HealthStore.EventsAsync(database, channel, Math.Clamp(limit, 1, 1_000), cancellation)];

    /// <summary>Has everything forgotten that is held against credentials: running servers do within two seconds. A line of the audit log tells what it was.</summary>
    /// <param name="actor">Who wants it.</param>
    public Task ResetAsync(IReadOnlyCollection<CredentialId> credentials, string actor, CancellationToken cancellation = default) =>
        HealthResetStore.RunAsync(database, credentials, actor, time.GetUtcNow().UtcDateTime, cancellation);
}
