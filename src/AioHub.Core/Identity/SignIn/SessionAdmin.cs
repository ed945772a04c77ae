using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity.SignIn;

/// <summary>
/// Commands on sessions, one-time links and personal access tokens. Their secrets are random and stand in the database as keyed hashes. Where a session, a link or
/// a token is looked for and is not there, ended, or its user disabled, the answer is null, and nothing tells the cases apart.
/// </summary>
public sealed class SessionAdmin(HubDatabase database, MasterKey master, TimeProvider time)
{
    public const int MostTokens = 100;
    private const int MaxAgent = 256;
    private readonly SecretBox _box = new(master);

    /// <summary>How long a session lasts that nobody uses.</summary>
    public static TimeSpan SessionIdle { get; } = TimeSpan.FromDays(14);

    /// <summary>How long a session lasts that waits for a second factor or for the set-up.</summary>
    public static TimeSpan SessionPending { get; } = TimeSpan.FromMinutes(30);

    public static TimeSpan LinkLife { get; } = TimeSpan.FromDays(1);

    public static TimeSpan InvitationLife { get; } = TimeSpan.FromDays(7);

    /// <summary>How exactly it is known when a session or token was last used: not every request writes.</summary>
    private static TimeSpan SeenStep { get; } = TimeSpan.FromMinutes(1);

    /// <summary>Opens a session.</summary>
    /// <param name="address">Where it comes from; may be null.</param>
    /// <param name="agent">The browser's own words; may be null.</param>
    /// <returns>The cookie's value, here and never again.</returns>
    public async Task<string> OpenAsync(UserId user, SessionStage stage, string? address, string? agent, CancellationToken cancellation = default)
    {
        var secret = SignInSecrets.New();
        var now = Now();
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            await SessionStore.SweepAsync(transaction.Context, now, cancellation);
            var row = transaction.Context.Add(new SessionRow
            {
                UserId = user.Value,
                Hash = Hash("session", secret),
                Stage = stage,
                CreatedAt = now,
                SeenAt = now,
                EndsAt = now + (stage == SessionStage.Full ? SessionIdle : SessionPending),
                Address = address,
                Agent = agent is { Length: > MaxAgent } ? agent[..MaxAgent] : agent,
            }).Entity;
            await transaction.Context.SaveChangesAsync(cancellation);
            var lines = new ChangeLines();
            lines.Set("stage", null, (SessionStage?)stage);
            return (lines.Report($"session of user {user.Value}", row.Id, created: true, "signed_in"), true);
        }, cancellation);
        return secret;
    }

    /// <summary>Whom a cookie signs in.</summary>
    public async Task<SignedIn?> FindSessionAsync(string secret, CancellationToken cancellation = default)
    {
        var now = Now();
        await using var context = database.CreateContext();
        if (await SessionStore.FindAsync(context, Hash("session", secret), now, cancellation) is not var (session, user))
        {
            return null;
        }

        if (session.Stage == SessionStage.Full && now - session.SeenAt >= SeenStep)
        {
            await SessionStore.SeenAsync(context, session.Id, now, now + SessionIdle, cancellation);
        }

        return new SignedIn { User = new UserId(user.Id), Email = user.Email, Role = user.Role, Stage = session.Stage, Session = session.Id };
    }

    /// <summary>Whom a token signs in, and for what.</summary>
    public async Task<SignedIn?> FindTokenAsync(string secret, CancellationToken cancellation = default)
    {
        var now = Now();
        await using var context = database.CreateContext();
        if (await SessionStore.FindTokenAsync(context, Hash("access token", secret), now, cancellation) is not var (token, user))
        {
            return null;
        }

        if (token.LastUsedAt is not { } last || now - last >= SeenStep)
        {
            await SessionStore.TokenUsedAsync(context, token.Id, now, cancellation);
        }

        return new SignedIn { User = new UserId(user.Id), Email = user.Email, Role = user.Role, Scopes = JsonText.ToList(token.Scopes) };
    }

    /// <summary>The newest first.</summary>
    public async Task<ImmutableArray<SessionListing>> ListAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await SessionStore.OfAsync(context, user.Value, Now(), cancellation)).Select(static row =>
            new SessionListing(row.Id, row.CreatedAt, row.SeenAt, row.EndsAt, row.Address, row.Agent))];
    }

    /// <summary>Ends sessions of a user at once: one, all but one, or all.</summary>
    /// <returns>How many there were.</returns>
    public async Task<int> EndAsync(UserId user, long? only = null, long? but = null, CancellationToken cancellation = default)
    {
        var ended = 0;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            ended = await SessionStore.EndAsync(transaction.Context, user.Value, only, but, cancellation);
            return (new ChangeReport($"sessions of user {user.Value}", only ?? 0, Created: false, [$"ended: {ended}"]) { Action = "ended" }, ended > 0);
        }, cancellation);
        return ended;
    }

    /// <summary>Makes a link that lets a user in once; former links of the user end.</summary>
    /// <returns>The link's secret, here and never again.</returns>
    /// <exception cref="AdminException">There is no such user, or the user is disabled.</exception>
    public async Task<string> MakeLinkAsync(string email, HubTransaction? within = null, CancellationToken cancellation = default)
    {
        var secret = SignInSecrets.New();
        var now = Now();
        await HubCommand.RunAsync(database, ChangeAreas.Access, within, dryRun: false, async transaction =>
        {
            var user = await IdentityStore.FindUserAsync(transaction.Context, email.Trim().ToLowerInvariant(), cancellation)
                ?? throw new AdminException("email", $"there is no user {email}; `users list` shows all");
            if (!user.Enabled)
            {
                throw new AdminException("email", $"user {email} is disabled; enable the user first");
            }

            await SessionStore.EndLinksAsync(transaction.Context, user.Id, now, cancellation);
            var row = transaction.Context.Add(new LinkRow
            {
                Purpose = LinkPurpose.SignIn, UserId = user.Id, Role = user.Role, Hash = Hash("one-time link", secret), CreatedAt = now, EndsAt = now + LinkLife,
            }).Entity;
            await transaction.Context.SaveChangesAsync(cancellation);
            return (new ChangeReport($"sign-in link of {user.Email}", row.Id, Created: true, []), true);
        }, cancellation);
        return secret;
    }

    /// <summary>Uses a sign-in link up.</summary>
    /// <returns>Whom it lets in; null = it is no good link (any more).</returns>
    public async Task<UserId?> UseLinkAsync(string secret, CancellationToken cancellation = default)
    {
        var now = Now();
        UserId? found = null;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var row = await SessionStore.FindLinkAsync(context, Hash("one-time link", secret), now, cancellation);
            if (row is { Purpose: LinkPurpose.SignIn, UserId: { } id }
                && await SignInStore.FindAsync(context, id, null, cancellation) is { User: { Enabled: true } user }
                && await SessionStore.UseLinkAsync(context, row.Id, now, cancellation))
            {
                found = new UserId(id);
                return (new ChangeReport($"sign-in link of {user.Email}", row.Id, Created: false, ["used"]) { Action = "used" }, true);
            }

            return (new ChangeReport("sign-in link", 0, Created: false, []), false);
        }, cancellation);
        return found;
    }

    /// <summary>Invites somebody to sign up.</summary>
    /// <param name="email">The only address that may use it; null = any.</param>
    /// <returns>The invitation's secret, here and never again.</returns>
    /// <exception cref="AdminException">The address is none, or has a user already.</exception>
    public async Task<(Invitation Invitation, string Secret)> InviteAsync(string? email, Role role, CancellationToken cancellation = default)
    {
        var secret = SignInSecrets.New();
        var now = Now();
        var address = email?.Trim().ToLowerInvariant();
        Invitation? made = null;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            var problems = new ProblemList();
            problems.Require(address is null || IdentityAdmin.LooksLikeEmail(address), "email", $"'{email}' is not an e-mail address such as ann@example.com");
            problems.ThrowIfAny();
            problems.Require(address is null || await IdentityStore.FindUserAsync(transaction.Context, address, cancellation) is null, "email", $"user {address} exists already");
            problems.ThrowIfAny();
            var row = transaction.Context.Add(new LinkRow
            {
                Purpose = LinkPurpose.Invite, Email = address, Role = role, Hash = Hash("one-time link", secret), CreatedAt = now, EndsAt = now + InvitationLife,
            }).Entity;
            await transaction.Context.SaveChangesAsync(cancellation);
            made = new Invitation(row.Id, address, role, row.EndsAt);
            var lines = new ChangeLines();
            lines.Set("email", null, address);
            lines.Set("role", null, (Role?)role);
            return (lines.Report("invitation", row.Id, created: true), true);
        }, cancellation);
        return (made!, secret);
    }

    /// <summary>Invitations that nobody used yet, the newest first.</summary>
    /// <param name="before">Only those with a smaller id.</param>
    public async Task<ImmutableArray<OpenInvitation>> ListInvitationsAsync(long? before = null, int limit = 50, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await SessionStore.InvitationsAsync(context, before, id: null, limit, Now(), cancellation)).Select(static row => new OpenInvitation(row.Id, row.Email, row.Role, row.CreatedAt, row.EndsAt))];
    }

    /// <summary>Takes an invitation back: its link lets nobody in any more.</summary>
    /// <param name="most">The highest role that the one who takes it back may invite.</param>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> RevokeInvitationAsync(long id, Role most, CancellationToken cancellation = default)
    {
        var now = Now();
        var revoked = false;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            var found = await SessionStore.InvitationsAsync(transaction.Context, before: null, id, limit: 1, now, cancellation);
            revoked = found is [{ } row] && row.Role <= most && await SessionStore.UseLinkAsync(transaction.Context, id, now, cancellation);
            return (new ChangeReport("invitation", id, Created: false, revoked ? ["revoked"] : []) { Action = "revoked" }, revoked);
        }, cancellation);
        return revoked;
    }

    /// <summary>What an invitation grants; null = it is no good one (any more).</summary>
    public async Task<Invitation?> FindInvitationAsync(string secret, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await SessionStore.FindLinkAsync(context, Hash("one-time link", secret), Now(), cancellation) is { Purpose: LinkPurpose.Invite } row
            ? new Invitation(row.Id, row.Email, row.Role, row.EndsAt)
            : null;
    }

    /// <summary>Newest first.</summary>
    public async Task<ImmutableArray<TokenListing>> ListTokensAsync(UserId user, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await SessionStore.TokensAsync(context, user.Value, cancellation)).Select(Listing)];
    }

    /// <exception cref="AdminException">The name or a scope is wrong, the end lies in the past, or there are too many.</exception>
    public async Task<NewToken> MakeTokenAsync(UserId user, string name, ImmutableArray<string> scopes, DateTime? endsAt, CancellationToken cancellation = default)
    {
        var secret = SignInSecrets.TokenPrefix + SignInSecrets.New();
        var now = Now();
        AccessTokenRow? made = null;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            var problems = new ProblemList();
            problems.Require(name.Length is > 0 and <= IdentityAdmin.MaxNameLength && !name.Any(char.IsControl), "name", $"must have 1 to {IdentityAdmin.MaxNameLength} characters");
            problems.Require(!scopes.IsDefaultOrEmpty && scopes.All(static scope => Scopes.All.Contains(scope, StringComparer.Ordinal)), "scopes", $"must be one or more of {string.Join(", ", Scopes.All)}");
            problems.Require(endsAt is null || endsAt > now, "expires_at", "must lie in the future; leave it out for a token that does not end");
            problems.Require((await SessionStore.TokensAsync(transaction.Context, user.Value, cancellation)).Count < MostTokens, "name", $"there are {MostTokens} tokens already; remove some first");
            problems.ThrowIfAny();
            made = transaction.Context.Add(new AccessTokenRow
            {
                UserId = user.Value, Name = name, Hash = Hash("access token", secret), LastFour = secret[^4..], Scopes = JsonText.Of(scopes.Distinct(StringComparer.Ordinal)), CreatedAt = now, EndsAt = endsAt,
            }).Entity;
            await transaction.Context.SaveChangesAsync(cancellation);
            var lines = new ChangeLines();
            lines.Set("scopes", null, made.Scopes);
            lines.Set("expires_at", null, made.EndsAt);
            return (lines.Report($"access token {name} of user {user.Value}", made.Id, created: true), true);
        }, cancellation);
        return new NewToken(Listing(made!), secret);
    }

    /// <summary>Ends a token at once.</summary>
    /// <returns>False = the user has no such token.</returns>
    public async Task<bool> RemoveTokenAsync(UserId user, long id, CancellationToken cancellation = default)
    {
        var removed = false;
        await HubCommand.RunAsync(database, ChangeAreas.Access, within: null, dryRun: false, async transaction =>
        {
            if (await SessionStore.FindTokenAsync(transaction.Context, user.Value, id, cancellation) is not { } row)
            {
                return (new ChangeReport("access token", id, Created: false, []), false);
            }

            transaction.Context.Remove(row);
            await transaction.Context.SaveChangesAsync(cancellation);
            removed = true;
            return (new ChangeReport($"access token {row.Name} of user {user.Value}", id, Created: false, ["removed"]), true);
        }, cancellation);
        return removed;
    }

    private static TokenListing Listing(AccessTokenRow row) => new(row.Id, row.Name, row.LastFour, JsonText.ToList(row.Scopes), row.CreatedAt, row.EndsAt, row.LastUsedAt);

    private byte[] Hash(string purpose, string secret) => SignInSecrets.Hash(_box, purpose, secret);

    private DateTime Now() => Seconds(time.GetUtcNow().UtcDateTime);

    // Whole seconds: both engines give back exactly this.
    private static DateTime Seconds(DateTime moment) => new(moment.Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
}
