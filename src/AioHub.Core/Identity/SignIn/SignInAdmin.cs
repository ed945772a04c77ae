using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity.SignIn;

/// <summary>
/// Commands on how users sign in: passwords, lockout, codes, what a user shows of themselves. Each change of a way of signing in gives the user a new stamp. Passwords come hashed: how,
/// is the business of the doors.
/// </summary>
public sealed class SignInAdmin(HubDatabase database, MasterKey master, IdentityAdmin identity, TimeProvider time)
{
    /// <summary>Wrong passwords and codes in a row after which a user is locked.</summary>
    public const int MostFailedTries = 10;
    private const string TotpPurpose = "totp";
    private readonly SecretBox _box = new(master);

    public static TimeSpan LockTime { get; } = TimeSpan.FromMinutes(15);

    private static readonly string[] Locales = ["en", "zh-CN"];
    private static readonly string[] Themes = ["light", "dark", "auto"];

    public Task<SignInRecord?> FindAsync(UserId user, CancellationToken cancellation = default) => FindAsync(user.Value, email: null, cancellation);

    /// <param name="email">In any case.</param>
    public Task<SignInRecord?> FindAsync(string email, CancellationToken cancellation = default) => FindAsync(id: null, email.Trim().ToLowerInvariant(), cancellation);

    /// <summary>Counts a try in vain, and locks the user after too many. Every try is counted, however many race.</summary>
    public async Task FailedAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        if (await SignInStore.FailAsync(context, user.Value, cancellation) >= MostFailedTries)
        {
            var until = time.GetUtcNow().UtcDateTime + LockTime;
            await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
            {
                await SignInStore.LockAsync(transaction.Context, user.Value, until, cancellation);
                var lines = new ChangeLines();
                lines.Set("locked_until", null, (DateTime?)until);
                return (lines.Report($"sign-in of user {user.Value}", user.Value, created: false, "locked"), true);
            }, cancellation);
        }
    }

    /// <summary>Forgets tries in vain, after one that was not.</summary>
    public async Task SucceededAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        await SignInStore.ForgiveAsync(context, user.Value, cancellation);
    }

    /// <summary>Sets a password. All other sessions of the user end.</summary>
    /// <param name="hash">As the doors' hasher made it.</param>
    /// <param name="keepSession">The session that asks; it stays.</param>
    public Task<ChangeReport> SetPasswordAsync(UserId user, string hash, long? keepSession, CancellationToken cancellation = default) =>
        OnAsync(user, within: null, async (context, row) =>
        {
            var lines = new ChangeLines();
            lines.Add("password: changed");
            row.PasswordHash = hash;
            row.Stamp = SignInSecrets.New(16);
            (row.FailedTries, row.LockedUntil) = (0, null);
            await SessionStore.EndAsync(context, user.Value, only: null, but: keepSession, cancellation);
            return lines;
        }, cancellation);

    /// <summary>The same password under a hash of today's strength.</summary>
    public async Task RehashAsync(UserId user, string former, string hash, CancellationToken cancellation = default) =>
        await OnAsync(user, within: null, (_, row) =>
        {
            var lines = new ChangeLines();
            if (row.PasswordHash == former)
            {
                row.PasswordHash = hash;
                lines.Add("password: hashed anew");
            }

            return Task.FromResult(lines);
        }, cancellation);

    /// <summary>Ends the set-up of a user who came by a link: an address of their own, a password, and a name.</summary>
    /// <param name="email">Null = it stays.</param>
    /// <param name="session">The session that asks; it is signed in from now on, all others end.</param>
    /// <exception cref="AdminException">The address is none, or another user's; or the name is too long.</exception>
    public async Task SetUpAsync(UserId user, string? email, string hash, string? name, long session, CancellationToken cancellation = default)
    {
        await using var transaction = await HubTransaction.BeginAsync(database, [ChangeAreas.Access, ChangeAreas.Identity], cancellation);
        if (email is not null)
        {
            await identity.RenameUserAsync(user, email, transaction, cancellation);
        }

        await OnAsync(user, transaction, async (context, row) =>
        {
            var problems = new ProblemList();
            CheckName(name, problems);
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            lines.Add("password: set");
            row.PasswordHash = hash;
            row.Stamp = SignInSecrets.New(16);
            row.Confirmed = true;
            (row.FailedTries, row.LockedUntil) = (0, null);
            row.Name = lines.Set("name", row.Name, name ?? row.Name);
            await SessionStore.EndAsync(context, user.Value, only: null, but: session, cancellation);
            await SessionStore.PromoteAsync(context, session, time.GetUtcNow().UtcDateTime + SessionAdmin.SessionIdle, cancellation);
            return lines;
        }, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Makes a user who signs up, by an invitation or without.</summary>
    /// <param name="hash">Of the password; null = another provider signs them in.</param>
    /// <param name="invitation">Its secret; it is used up. Null = none.</param>
    /// <exception cref="AdminException">The address is none or another user's, or the invitation is not good (any more) or is for another address.</exception>
    public async Task<UserId> SignUpAsync(string email, string? hash, string? name, string? invitation, CancellationToken cancellation = default)
    {
        await using var transaction = await HubTransaction.BeginAsync(database, [ChangeAreas.Access, ChangeAreas.Identity], cancellation);
        var now = time.GetUtcNow().UtcDateTime;
        var role = Role.User;
        if (invitation is not null)
        {
            var link = await SessionStore.FindLinkAsync(transaction.Context, SignInSecrets.Hash(_box, "one-time link", invitation), now, cancellation);
            if (link is not { Purpose: LinkPurpose.Invite } || (link.Email is { } only && !string.Equals(only, email.Trim(), StringComparison.OrdinalIgnoreCase))
                || !await SessionStore.UseLinkAsync(transaction.Context, link.Id, now, cancellation))
            {
                throw new AdminException("invitation", "is not good: it was used, has ended, or is for another address; ask for a new one");
            }

            role = link.Role;
        }

        var report = await identity.CreateUserAsync(new UserDraft { Email = email, Role = role }, transaction, cancellation);
        var user = new UserId(report.Id);
        await OnAsync(user, transaction, (_, row) =>
        {
            var problems = new ProblemList();
            CheckName(name, problems);
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            lines.Add(hash is null ? "signs in through a provider" : "password: set");
            row.PasswordHash = hash;
            row.Name = lines.Set("name", row.Name, name);
            return Task.FromResult(lines);
        }, cancellation);
        await transaction.CommitAsync(cancellation);
        return user;
    }

    /// <exception cref="AdminException">A value is none of those that there are.</exception>
    public Task<ChangeReport> ChangeProfileAsync(UserId user, ProfileDraft draft, CancellationToken cancellation = default) =>
        OnAsync(user, within: null, (_, row) =>
        {
            var problems = new ProblemList();
            CheckName(draft.Name.Value, problems);
            problems.Require(draft.Locale.Value is null || Locales.Contains(draft.Locale.Value, StringComparer.Ordinal), "locale", $"must be one of {string.Join(", ", Locales)}");
            problems.Require(draft.Theme.Value is null || Themes.Contains(draft.Theme.Value, StringComparer.Ordinal), "theme", $"must be one of {string.Join(", ", Themes)}");
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            row.Name = lines.Set("name", row.Name, draft.Name.Or(row.Name));
            row.Locale = lines.Set("locale", row.Locale, draft.Locale.Or(row.Locale));
            row.Theme = lines.Set("theme", row.Theme, draft.Theme.Or(row.Theme));
            return Task.FromResult(lines);
        }, cancellation);

    /// <summary>Notes the secret of an authenticator that is being set up; it counts after <see cref="TurnTotpOnAsync"/>.</summary>
    /// <param name="secret">In base32.</param>
    /// <exception cref="AdminException">Codes are on already.</exception>
    public Task<ChangeReport> OfferTotpAsync(UserId user, string secret, CancellationToken cancellation = default) =>
        OnAsync(user, within: null, (_, row) =>
        {
            if (row.TotpOn)
            {
                throw new AdminException("totp", "codes are on already; turn them off first");
            }

            var lines = new ChangeLines();
            lines.Add("totp: offered");
            row.TotpSecret = _box.Seal(TotpPurpose, user.Value, secret);
            row.TotpStep = 0;
            return Task.FromResult(lines);
        }, cancellation);

    /// <summary>From now on a code is wanted beside the password.</summary>
    /// <param name="recoveryCodes">New ones; former ones end.</param>
    public Task<ChangeReport> TurnTotpOnAsync(UserId user, IEnumerable<string> recoveryCodes, CancellationToken cancellation = default) =>
        OnAsync(user, within: null, async (context, row) =>
        {
            var lines = new ChangeLines();
            row.TotpOn = lines.Set("totp", row.TotpOn, true);
            row.Stamp = SignInSecrets.New(16);
            await SignInStore.SetCodesAsync(context, user.Value, recoveryCodes.Select(HashOfCode), cancellation);
            return lines;
        }, cancellation);

    public Task<ChangeReport> TurnTotpOffAsync(UserId user, CancellationToken cancellation = default) =>
        OnAsync(user, within: null, async (context, row) =>
        {
            var lines = new ChangeLines();
            row.TotpOn = lines.Set("totp", row.TotpOn, false);
            row.TotpSecret = null;
            row.Stamp = SignInSecrets.New(16);
            await SignInStore.SetCodesAsync(context, user.Value, [], cancellation);
            return lines;
        }, cancellation);

    /// <summary>Takes a code's step. False = a code of that step or of a later one was taken before.</summary>
    public async Task<bool> TakeTotpStepAsync(UserId user, long step, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await SignInStore.TakeStepAsync(context, user.Value, step, cancellation);
    }

    /// <summary>Uses a recovery code up. False = it is none, or was used.</summary>
    public async Task<bool> UseRecoveryCodeAsync(UserId user, string code, CancellationToken cancellation = default)
    {
        var used = false;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            used = await SignInStore.UseCodeAsync(transaction.Context, user.Value, HashOfCode(code), cancellation);
            return (new ChangeReport($"sign-in of user {user.Value}", user.Value, Created: false, ["recovery code: used"]), used);
        }, cancellation);
        return used;
    }

    public async Task<int> CountRecoveryCodesAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await SignInStore.CountCodesAsync(context, user.Value, cancellation);
    }

    /// <summary>The second factor was given: the session is signed in from now on.</summary>
    public async Task PromoteAsync(long session, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        await SessionStore.PromoteAsync(context, session, time.GetUtcNow().UtcDateTime + SessionAdmin.SessionIdle, cancellation);
    }

    private async Task<SignInRecord?> FindAsync(long? id, string? email, CancellationToken cancellation)
    {
        await using var context = database.CreateContext();
        if (await SignInStore.FindAsync(context, id, email, cancellation) is not var (user, row))
        {
            return null;
        }

        return new SignInRecord
        {
            User = new UserId(user.Id),
            Email = user.Email,
            Role = user.Role,
            Enabled = user.Enabled,
            PasswordHash = row?.PasswordHash,
            Stamp = row?.Stamp ?? "",
            FailedTries = row?.FailedTries ?? 0,
            LockedUntil = row?.LockedUntil,
            TotpSecret = row?.TotpSecret is { } sealedText ? _box.Open(TotpPurpose, user.Id, sealedText) : null,
            TotpOn = row?.TotpOn ?? false,
            Confirmed = row?.Confirmed ?? false,
            Name = row?.Name,
            Locale = row?.Locale,
            Theme = row?.Theme,
        };
    }

    private Task<ChangeReport> OnAsync(UserId user, HubTransaction? within, Func<HubContext, SignInRow, Task<ChangeLines>> change, CancellationToken cancellation) =>
        HubCommand.RunAsync(database, ChangeAreas.Access, within, dryRun: false, async transaction =>
        {
            var row = await SignInStore.RowAsync(transaction.Context, user.Value, cancellation);
            var lines = await change(transaction.Context, row);
            await transaction.Context.SaveChangesAsync(cancellation);
            return (lines.Report($"sign-in of user {user.Value}", user.Value, created: false), lines.Any);
        }, cancellation);

    private byte[] HashOfCode(string code) => SignInSecrets.Hash(_box, "recovery code", code.Replace("-", "", StringComparison.Ordinal).Trim().ToUpperInvariant());

    private static void CheckName(string? name, ProblemList problems) => problems.Require(
        name is null || (name.Length is > 0 and <= IdentityAdmin.MaxNameLength && !name.Any(char.IsControl)), "name", $"must have 1 to {IdentityAdmin.MaxNameLength} characters");
}
