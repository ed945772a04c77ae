using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using Microsoft.AspNetCore.Identity;

namespace AioHub.Admin.Session;

/// <summary>
/// What ASP.NET Core Identity's passkey handler asks of a store, over Core's doors: there is no second table of users. It reads people and keeps passkeys; everything else of a user is changed by
/// Core's commands alone.
/// </summary>
internal sealed class PersonStore(SignInAdmin signIns, PasskeyAdmin passkeys) : IUserPasskeyStore<Person>
{
    public Task<string> GetUserIdAsync(Person user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(Person user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Record.Email);

    public Task<string?> GetNormalizedUserNameAsync(Person user, CancellationToken cancellationToken) => GetUserNameAsync(user, cancellationToken);

    public async Task<Person?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        long.TryParse(userId, out var id) && await signIns.FindAsync(new UserId(id), cancellationToken) is { } known ? new Person(known) : null;

    public async Task<Person?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        await signIns.FindAsync(normalizedUserName, cancellationToken) is { } known ? new Person(known) : null;

    public async Task AddOrUpdatePasskeyAsync(Person user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => await passkeys.KeepAsync(Record(user.Record.User, passkey), cancellationToken);

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Person user, CancellationToken cancellationToken) =>
        [.. (await passkeys.ListAsync(user.Record.User, cancellationToken)).Select(Info)];

    public async Task<Person?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await passkeys.FindAsync(credentialId, cancellationToken) is { } known && await signIns.FindAsync(known.User, cancellationToken) is { } user ? new Person(user) : null;

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) =>
        await passkeys.FindAsync(credentialId, cancellationToken) is { } known && known.User == user.Record.User ? Info(known) : null;

    public Task RemovePasskeyAsync(Person user, byte[] credentialId, CancellationToken cancellationToken) => throw Elsewhere();

    public Task SetUserNameAsync(Person user, string? userName, CancellationToken cancellationToken) => throw Elsewhere();

    public Task SetNormalizedUserNameAsync(Person user, string? normalizedName, CancellationToken cancellationToken) => throw Elsewhere();

    public Task<IdentityResult> CreateAsync(Person user, CancellationToken cancellationToken) => throw Elsewhere();

    public Task<IdentityResult> UpdateAsync(Person user, CancellationToken cancellationToken) => throw Elsewhere();

    public Task<IdentityResult> DeleteAsync(Person user, CancellationToken cancellationToken) => throw Elsewhere();

    public void Dispose()
    {
        // Holds nothing.
    }

    internal static PasskeyRecord Record(UserId user, UserPasskeyInfo passkey, string? name = null) => new()
    {
        User = user,
        CredentialId = passkey.CredentialId,
        PublicKey = passkey.PublicKey,
        Name = name ?? passkey.Name,
        SignCount = passkey.SignCount,
        Transports = [.. passkey.Transports ?? []],
        IsUserVerified = passkey.IsUserVerified,
        IsBackupEligible = passkey.IsBackupEligible,
        IsBackedUp = passkey.IsBackedUp,
        AttestationObject = passkey.AttestationObject,
        ClientDataJson = passkey.ClientDataJson,
        CreatedAt = passkey.CreatedAt.UtcDateTime,
    };

    private static UserPasskeyInfo Info(PasskeyRecord row) => new(
        row.CredentialId, row.PublicKey, new DateTimeOffset(row.CreatedAt), (uint)row.SignCount, [.. row.Transports], row.IsUserVerified, row.IsBackupEligible, row.IsBackedUp, row.AttestationObject, row.ClientDataJson)
    {
        Name = row.Name,
    };

    private static NotSupportedException Elsewhere() => new("Users are changed by Core's commands.");
}
