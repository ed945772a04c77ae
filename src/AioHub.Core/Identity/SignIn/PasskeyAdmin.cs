using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity.SignIn;

/// <summary>Commands on passkeys and on sign-ins through other providers.</summary>
public sealed class PasskeyAdmin(HubDatabase database, TimeProvider time)
{
    public const int MostPasskeys = 20;

    /// <summary>In the order of their making.</summary>
    public async Task<ImmutableArray<PasskeyRecord>> ListAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await SignInStore.PasskeysAsync(context, user.Value, cancellation)).Select(Record)];
    }

    public async Task<PasskeyRecord?> FindAsync(byte[] credential, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await SignInStore.FindPasskeyAsync(context, credential, cancellation) is { } row ? Record(row) : null;
    }

    /// <summary>Adds a passkey, or notes what its use changed (its count, whether it is backed up).</summary>
    /// <exception cref="AdminException">It is another user's, or there are too many.</exception>
    public async Task KeepAsync(PasskeyRecord passkey, CancellationToken cancellation = default) =>
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var row = await SignInStore.FindPasskeyAsync(context, passkey.CredentialId, cancellation);
            var created = row is null;
            if (row is null)
            {
                if ((await SignInStore.PasskeysAsync(context, passkey.User.Value, cancellation)).Count >= MostPasskeys)
                {
                    throw new AdminException("credential", $"there are {MostPasskeys} passkeys already; remove one first");
                }

                row = context.Add(new PasskeyRow
                {
                    UserId = passkey.User.Value,
                    CredentialId = passkey.CredentialId,
                    PublicKey = passkey.PublicKey,
                    Name = passkey.Name,
                    Transports = JsonText.Of(passkey.Transports),
                    IsBackupEligible = passkey.IsBackupEligible,
                    AttestationObject = passkey.AttestationObject,
                    ClientDataJson = passkey.ClientDataJson,
                    CreatedAt = passkey.CreatedAt,
                }).Entity;
            }
            else if (row.UserId != passkey.User.Value)
            {
                throw new AdminException("credential", "is another user's passkey");
            }
            else
            {
                row.LastUsedAt = time.GetUtcNow().UtcDateTime;
            }

            (row.SignCount, row.IsUserVerified, row.IsBackedUp) = (passkey.SignCount, passkey.IsUserVerified, passkey.IsBackedUp);
            await context.SaveChangesAsync(cancellation);
            return (new ChangeReport($"passkey of user {passkey.User.Value}", row.Id, created, created ? [] : ["used"]) { Action = created ? "created" : "used" }, true);
        }, cancellation);

    /// <returns>False = the user has no such passkey.</returns>
    public async Task<bool> RemoveAsync(UserId user, long id, CancellationToken cancellation = default)
    {
        var removed = false;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            if (await SignInStore.FindPasskeyAsync(transaction.Context, user.Value, id, cancellation) is { } row)
            {
                transaction.Context.Remove(row);
                await transaction.Context.SaveChangesAsync(cancellation);
                removed = true;
            }

            return (new ChangeReport($"passkey of user {user.Value}", id, Created: false, ["removed"]), removed);
        }, cancellation);
        return removed;
    }

    /// <summary>Whom a provider's subject signs in; null = nobody yet.</summary>
    public async Task<UserId?> FindExternalAsync(string provider, string subject, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await SignInStore.FindExternalAsync(context, provider, subject, cancellation) is { } row ? new UserId(row.UserId) : null;
    }

    /// <summary>From now on the provider's subject signs the user in.</summary>
    public async Task LinkExternalAsync(UserId user, string provider, string subject, CancellationToken cancellation = default) =>
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            var row = transaction.Context.Add(new ExternalSignInRow { UserId = user.Value, Provider = provider, Subject = subject, CreatedAt = time.GetUtcNow().UtcDateTime }).Entity;
            await transaction.Context.SaveChangesAsync(cancellation);
            return (new ChangeReport($"sign-in of user {user.Value} through {provider}", row.Id, Created: true, []), true);
        }, cancellation);

    private static PasskeyRecord Record(PasskeyRow row) => new()
    {
        Id = row.Id,
        User = new UserId(row.UserId),
        CredentialId = row.CredentialId,
        PublicKey = row.PublicKey,
        Name = row.Name,
        SignCount = row.SignCount,
        Transports = JsonText.ToList(row.Transports),
        IsUserVerified = row.IsUserVerified,
        IsBackupEligible = row.IsBackupEligible,
        IsBackedUp = row.IsBackedUp,
        AttestationObject = row.AttestationObject,
        ClientDataJson = row.ClientDataJson,
        CreatedAt = row.CreatedAt,
        LastUsedAt = row.LastUsedAt,
    };
}
