using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;

namespace AioHub.Core.Setup;

/// <summary>What the first start did.</summary>
/// <param name="Seeded">False: the database was in use already, and the rest is empty.</param>
/// <param name="Owner">The owner's account.</param>
/// <param name="KeySecret">The secret of the first API key, here and never again.</param>
/// <param name="Channels">Channels made from environment variables.</param>
/// <param name="Warnings">Variables that could not be used, and why.</param>
public sealed record SeedReport(bool Seeded, UserId? Owner, string? KeySecret, ImmutableArray<string> Channels, ImmutableArray<string> Warnings);

/// <summary>Fills an empty database: groups, the Sandbox channel, channels from the environment, an owner, and one API key.</summary>
public static class Seed
{
    public const string OwnerEmail = "owner@localhost";
    public const string FirstKeyName = "first key";

    /// <summary>Does it all in one transaction, or nothing when it was done before. Processes that start at once wait for each other.</summary>
    /// <param name="database">With its schema up to date.</param>
    /// <param name="master">The key that the database will belong to.</param>
    /// <param name="environment">Gives an environment variable's value or null.</param>
    /// <param name="time">Now.</param>
    /// <param name="cancellation">Undoes everything.</param>
    public static async Task<SeedReport> FirstStartAsync(
        HubDatabase database, MasterKey master, Func<string, string?> environment, TimeProvider time, CancellationToken cancellation)
    {
        if (await IsDoneAsync(database, cancellation))
        {
            return new SeedReport(Seeded: false, null, null, [], []);
        }

        await using var transaction = await database.BeginAsync(cancellation);
        var context = transaction.Context;
        if (await SettingsStore.FindAsync(context, SettingsStore.SeededAt, cancellation) is not null)
        {
            return new SeedReport(Seeded: false, null, null, [], []);
        }

        var groups = SeedGroups.Rows();
        context.AddRange(groups);
        await SettingsStore.SetAsync(context, SettingsStore.SeededAt, time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), cancellation);
        await SettingsStore.SetAsync(context, SettingsStore.MasterKeyId, master.Id, cancellation);
        await SettingsStore.SetAsync(context, SettingsStore.AutoPolicy, GroupStore.OfAuto(SeedGroups.Auto), cancellation);
        await context.SaveChangesAsync(cancellation);

        var admin = new ChannelAdmin(database, new SecretBox(master));
        var sandbox = await admin.UpsertAsync(SeedChannels.Sandbox, dryRun: false, transaction, cancellation);
        foreach (var group in groups.Where(static group => group.Status == GroupStatus.Active && group.Name != Group.AutoName))
        {
            context.Add(new GroupMemberRow { GroupId = group.Id, ChannelId = sandbox.Id, Priority = SeedChannels.SandboxPriority, Weight = 1 });
        }

        var channels = ImmutableArray.CreateBuilder<string>();
        var warnings = ImmutableArray.CreateBuilder<string>();
        foreach (var (draft, names) in SeedChannels.From(environment))
        {
            try
            {
                var report = await admin.UpsertAsync(draft, dryRun: false, transaction, cancellation);
                channels.Add(draft.Name);
                foreach (var group in groups.Where(group => names.Contains(group.Name, StringComparer.Ordinal)))
                {
                    context.Add(new GroupMemberRow { GroupId = group.Id, ChannelId = report.Id, Priority = 0, Weight = 10 });
                }
            }
            catch (AdminException failure)
            {
                warnings.Add($"channel {draft.Name}: {string.Join("; ", failure.Problems)}");
            }
        }

        await context.SaveChangesAsync(cancellation);
        var identity = new IdentityAdmin(database, master, time);
        await identity.CreateUserAsync(new UserDraft { Email = OwnerEmail, Role = Role.Owner }, transaction, cancellation);
        var key = await identity.CreateKeyAsync(
            new KeyDraft { Name = FirstKeyName, User = OwnerEmail, Groups = [Group.AutoName] }, transaction, cancellation);
        await transaction.CommitAsync(cancellation);
        return new SeedReport(Seeded: true, key.Owner, key.Secret, channels.ToImmutable(), warnings.ToImmutable());
    }

    // A later start asks this much and no more; it takes no lock.
    private static async Task<bool> IsDoneAsync(HubDatabase database, CancellationToken cancellation)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return (await SettingsStore.LoadAsync(reader, cancellation)).ContainsKey(SettingsStore.SeededAt);
    }
}
