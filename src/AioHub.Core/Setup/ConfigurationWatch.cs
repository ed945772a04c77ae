using System.Collections.Immutable;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Setup;

/// <summary>What a load or refresh brought.</summary>
/// <param name="Configuration">Groups, channels, models or settings were read anew.</param>
/// <param name="Identity">Changed users and keys were read.</param>
/// <param name="LedgerVersion">The ledger's counter, for whoever keeps balances in memory.</param>
/// <param name="Warnings">Rows that had to be left out, and why.</param>
public sealed record WatchReport(bool Configuration, bool Identity, long LedgerVersion, ImmutableArray<string> Warnings);

/// <summary>
/// Keeps the directories in step with the database, whichever process changed it. <see cref="LoadAsync"/> once at start, then
/// <see cref="RefreshAsync"/> every second or so: unchanged counters cost one query of three rows.
/// </summary>
public sealed class ConfigurationWatch(HubDatabase database, MasterKey master, ApiKeyDirectory keys, CatalogDirectory catalog, RoutingDirectory routing)
    : IDisposable
{
    private readonly SecretBox _box = new(master);
    private readonly SemaphoreSlim _one = new(1, 1);
    private long _configuration = -1;
    private long _identity = -1;

    /// <summary>Reads everything that was not read yet.</summary>
    /// <exception cref="MasterKeyException">The database belongs to another master key.</exception>
    public Task<WatchReport> LoadAsync(CancellationToken cancellation) => ReadAsync(cancellation);

    /// <summary>Looks at the change counters and reads what changed since.</summary>
    /// <exception cref="MasterKeyException">The database belongs to another master key.</exception>
    public async Task<WatchReport> RefreshAsync(CancellationToken cancellation)
    {
        await using (var reader = await HubReader.OpenAsync(database, consistent: false, cancellation))
        {
            var versions = await VersionsAsync(reader, cancellation);
            if (versions.Configuration == Volatile.Read(ref _configuration) && versions.Identity == Volatile.Read(ref _identity))
            {
                return new WatchReport(Configuration: false, Identity: false, versions.Ledger, []);
            }
        }

        return await ReadAsync(cancellation);
    }

    public void Dispose() => _one.Dispose();

    private async Task<WatchReport> ReadAsync(CancellationToken cancellation)
    {
        await _one.WaitAsync(cancellation);
        try
        {
            await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
            var versions = await VersionsAsync(reader, cancellation);
            var configuration = versions.Configuration != _configuration;
            var identity = versions.Identity != _identity;
            var warnings = new List<string>();
            if (configuration)
            {
                var settings = await SettingsStore.LoadAsync(reader, cancellation);
                CheckMasterKey(settings.GetValueOrDefault(SettingsStore.MasterKeyId));
                await CatalogStore.ReloadAsync(reader, catalog, cancellation);
                await RoutingStore.ReloadAsync(reader, _box, settings, routing, warnings, cancellation);
            }

            if (identity)
            {
                await IdentityStore.ReloadAsync(reader, keys, cancellation);
            }

            Volatile.Write(ref _configuration, versions.Configuration);
            Volatile.Write(ref _identity, versions.Identity);
            return new WatchReport(configuration, identity, versions.Ledger, [.. warnings]);
        }
        finally
        {
            _one.Release();
        }
    }

    private void CheckMasterKey(string? expected)
    {
        if (expected is not null && !string.Equals(expected, master.Id, StringComparison.Ordinal))
        {
            throw new MasterKeyException(
                $"The database belongs to master key {expected}, but this process has master key {master.Id}. Set AIOHUB_MASTER_KEY to the former, or put back the "
                + $"file {MasterKey.FileName} of the node that made the database: without it no API key is recognised and no credential can be read.");
        }
    }

    private static async Task<(long Configuration, long Identity, long Ledger)> VersionsAsync(HubReader reader, CancellationToken cancellation)
    {
        long configuration = 0, identity = 0, ledger = 0;
        foreach (var (area, version) in await reader.ReadAsync(
                     """SELECT "Area", "Version" FROM changes""", static row => (row.GetString(0), row.GetInt64(1)), cancellation))
        {
            switch (area)
            {
                case ChangeAreas.Configuration: configuration = version; break;
                case ChangeAreas.Identity: identity = version; break;
                case ChangeAreas.Ledger: ledger = version; break;
                default: break;
            }
        }

        return (configuration, identity, ledger);
    }
}
