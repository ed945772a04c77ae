using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Identity;

/// <summary>
/// Commands on users and API keys. Each checks first and refuses with an <see cref="AdminException"/>; <c>within</c> makes it part of a larger
/// change, which the caller commits.
/// </summary>
public sealed class IdentityAdmin(HubDatabase database, MasterKey master, TimeProvider time)
{
    public const int MaxNameLength = 128;
    public const int MaxGroupsOfKey = 32;
    public const decimal MaxMultiplier = 1000m;
    private const string DefaultGroup = "auto";
    private readonly KeyHasher _hasher = new(master);

    /// <exception cref="AdminException">The draft is wrong, or the user exists.</exception>
    public Task<ChangeReport> CreateUserAsync(UserDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        UserAsync(draft, create: true, update: false, dryRun: false, within, cancellation);

    /// <exception cref="AdminException">The draft is wrong, or there is no such user.</exception>
    public Task<ChangeReport> UpdateUserAsync(UserDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        UserAsync(draft, create: false, update: true, dryRun: false, within, cancellation);

    /// <summary>Creates the user or changes what the draft names; doing so twice changes nothing.</summary>
    /// <exception cref="AdminException">The draft is wrong.</exception>
    public Task<ChangeReport> UpsertUserAsync(UserDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        UserAsync(draft, create: true, update: true, dryRun, within, cancellation);

    /// <summary>Gives a user another e-mail address.</summary>
    /// <exception cref="AdminException">It is none, or another user's; or there is no such user.</exception>
    public Task<ChangeReport> RenameUserAsync(UserId id, string email, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Identity, within, dryRun: false, async transaction =>
        {
            var next = email.Trim().ToLowerInvariant();
            var problems = new ProblemList();
            problems.Require(LooksLikeEmail(next), "email", $"'{email}' is not an e-mail address such as ann@example.com");
            problems.ThrowIfAny();
            var row = await IdentityStore.FindUserAsync(transaction.Context, id.Value, cancellation) ?? throw new AdminException("id", $"there is no user {id.Value}");
            var other = await IdentityStore.FindUserAsync(transaction.Context, next, cancellation);
            problems.Require(other is null || other.Id == row.Id, "email", $"user {next} exists already");
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            var former = row.Email;
            row.Email = lines.Set("email", row.Email, next);
            if (lines.Any)
            {
                row.Version = transaction.VersionOf(ChangeAreas.Identity);
                await transaction.Context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"user {former}", row.Id, created: false), lines.Any);
        }, cancellation);

    /// <exception cref="AdminException">The draft is wrong, or the owner has a key of this name.</exception>
    public Task<KeyReport> CreateKeyAsync(KeyDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        KeyAsync(draft, create: true, update: false, dryRun: false, within, cancellation);

    /// <exception cref="AdminException">The draft is wrong, or there is no such key.</exception>
    public Task<KeyReport> ChangeKeyAsync(KeyDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        KeyAsync(draft, create: false, update: true, dryRun: false, within, cancellation);

    /// <summary>Creates the key or changes what the draft names; doing so twice changes nothing.</summary>
    /// <exception cref="AdminException">The draft is wrong.</exception>
    public Task<KeyReport> UpsertKeyAsync(KeyDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        KeyAsync(draft, create: true, update: true, dryRun, within, cancellation);

    /// <summary>Gives a key another name.</summary>
    /// <exception cref="AdminException">The name is wrong, or the owner has a key of it; or there is no such key.</exception>
    public Task<ChangeReport> RenameKeyAsync(ApiKeyId id, string name, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Identity, within, dryRun: false, async transaction =>
        {
            var row = await IdentityStore.FindKeyAsync(transaction.Context, id.Value, cancellation) ?? throw new AdminException("id", $"there is no key {id.Value}");
            var problems = new ProblemList();
            CheckKeyName(name, problems);
            problems.ThrowIfAny();
            var former = row.Name;
            var lines = new ChangeLines();
            row.Name = lines.Set("name", row.Name, name);
            if (lines.Any)
            {
                problems.Require(await IdentityStore.FindKeyAsync(transaction.Context, row.UserId, name, cancellation) is null, "name", $"there is a key named '{name}' already");
                problems.ThrowIfAny();
                row.Version = transaction.VersionOf(ChangeAreas.Identity);
                await transaction.Context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"key {former}", row.Id, created: false), lines.Any);
        }, cancellation);

    /// <summary>Ends a key for ever; its name is free again.</summary>
    /// <exception cref="AdminException">There is no such key.</exception>
    public Task<ChangeReport> RevokeKeyAsync(ApiKeyId id, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Identity, within, dryRun: false, async transaction =>
        {
            var row = await IdentityStore.FindKeyAsync(transaction.Context, id.Value, cancellation)
                ?? throw new AdminException("id", $"there is no key {id.Value}; `keys list` shows all");
            var lines = new ChangeLines();
            if (row.RevokedAt is null)
            {
                row.RevokedAt = lines.Set("revoked_at", null, (DateTime?)time.GetUtcNow().UtcDateTime);
                row.Version = transaction.VersionOf(ChangeAreas.Identity);
                await transaction.Context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"key {row.Name}", row.Id, created: false), lines.Any);
        }, cancellation);

    /// <summary>By e-mail address.</summary>
    public async Task<IReadOnlyList<UserListing>> ListUsersAsync(CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        var rows = await IdentityStore.ListUsersAsync(context, cancellation);
        return [.. rows.Select(IdentityLists.Listing)];
    }

    /// <summary>Users with limits of their own.</summary>
    public async Task<IReadOnlyList<(UserId Id, string Email, Limits Limits)>> ListLimitedUsersAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: false, cancellation);
        return await reader.ReadAsync(
            """SELECT "Id", "Email", "Limits" FROM users WHERE "Limits" <> $1 ORDER BY "Email" """,
            static row => (new UserId(row.GetInt64(0)), row.GetString(1), LimitsText.To(row.GetString(2))), cancellation, LimitsText.None);
    }

    /// <summary>Keys in the order of their making, revoked ones included.</summary>
    /// <param name="owner">Only this user's; null = everybody's.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<IReadOnlyList<KeyListing>> ListKeysAsync(UserId? owner = null, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        var users = (await IdentityStore.ListUsersAsync(context, cancellation)).ToDictionary(static row => row.Id);
        var rows = await IdentityStore.ListKeysAsync(context, owner?.Value, cancellation);
        return [.. rows.Select(row => IdentityLists.Listing(row, users[row.UserId]))];
    }

    private Task<ChangeReport> UserAsync(
        UserDraft draft, bool create, bool update, bool dryRun, HubTransaction? within, CancellationToken cancellation) =>
        HubCommand.RunAsync(database, ChangeAreas.Identity, within, dryRun, async transaction =>
        {
            var email = draft.Email.Trim().ToLowerInvariant();
            var problems = new ProblemList();
            problems.Require(LooksLikeEmail(email), "email", $"'{draft.Email}' is not an e-mail address such as ann@example.com");
            CheckNames("tags", draft.Tags, problems);
            CheckMultiplier(draft.Multiplier, problems);
            LimitsText.Check(draft.Limits, problems);
            problems.ThrowIfAny();

            var row = await IdentityStore.FindUserAsync(transaction.Context, email, cancellation);
            problems.Require(row is null || update, "email", $"user {email} exists already");
            problems.Require(row is not null || create, "email", $"there is no user {email}");
            problems.ThrowIfAny();

            var created = row is null;
            row ??= transaction.Context.Add(new UserRow { Email = email, CreatedAt = time.GetUtcNow().UtcDateTime }).Entity;
            var lines = new ChangeLines();
            row.Role = lines.Set("role", row.Role, draft.Role ?? row.Role);
            row.Tags = lines.Set("tags", row.Tags, draft.Tags is { } tags ? JsonText.Of(tags) : row.Tags);
            row.Multiplier = lines.Set("multiplier", row.Multiplier, draft.Multiplier ?? row.Multiplier);
            row.Enabled = lines.Set("enabled", row.Enabled, draft.Enabled ?? row.Enabled);
            row.Limits = draft.Limits is { } limits ? LimitsText.Change(lines, row.Limits, limits) : row.Limits;
            var changed = created || lines.Any;
            if (changed)
            {
                row.Version = transaction.VersionOf(ChangeAreas.Identity);
                await transaction.Context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"user {email}", row.Id, created), changed);
        }, cancellation);

    private Task<KeyReport> KeyAsync(
        KeyDraft draft, bool create, bool update, bool dryRun, HubTransaction? within, CancellationToken cancellation) =>
        HubCommand.RunAsync(database, ChangeAreas.Identity, within, dryRun, async transaction =>
        {
            var context = transaction.Context;
            var problems = new ProblemList();
            await CheckAsync(draft, context, problems, cancellation);
            var email = draft.User.Trim().ToLowerInvariant();
            var owner = await IdentityStore.FindUserAsync(context, email, cancellation);
            problems.Require(owner is not null, "user", $"there is no user {email}; create the user first");
            problems.ThrowIfAny();

            var row = await IdentityStore.FindKeyAsync(context, owner!.Id, draft.Name, cancellation);
            problems.Require(row is null || update, "name", $"{email} has a key named '{draft.Name}' already");
            problems.Require(row is not null || create, "name", $"{email} has no key named '{draft.Name}'");
            problems.ThrowIfAny();

            var created = row is null;
            var lines = new ChangeLines();
            string? shown = null;
            if (row is null)
            {
                shown = draft.Secret ?? ApiKeySecret.New();
                row = context.Add(new ApiKeyRow
                {
                    UserId = owner.Id,
                    Name = draft.Name,
                    Hash = await FreeHashAsync(shown, id: 0, context, cancellation),
                    LastFour = ApiKeySecret.LastFour(shown),
                    Groups = JsonText.Of([DefaultGroup]),
                    CreatedAt = time.GetUtcNow().UtcDateTime,
                }).Entity;
            }
            else if (draft.Secret is { } secret)
            {
                var hash = await FreeHashAsync(secret, row.Id, context, cancellation);
                if (!hash.AsSpan().SequenceEqual(row.Hash))
                {
                    lines.Add("secret: changed");
                    row.Hash = hash;
                    row.LastFour = ApiKeySecret.LastFour(secret);
                }
            }

            Change(row, draft, lines);
            var changed = created || lines.Any;
            if (changed)
            {
                row.Version = transaction.VersionOf(ChangeAreas.Identity);
                await context.SaveChangesAsync(cancellation);
            }

            return (new KeyReport(lines.Report($"key {draft.Name} of {email}", row.Id, created), new ApiKeyId(row.Id), new UserId(owner.Id), shown), changed);
        }, cancellation);

    private static void Change(ApiKeyRow row, KeyDraft draft, ChangeLines lines)
    {
        row.Groups = lines.Set("groups", row.Groups, draft.Groups is { } groups ? JsonText.Of(groups) : row.Groups);
        row.CrossGroupFailover = lines.Set("cross_group_failover", row.CrossGroupFailover, draft.CrossGroupFailover ?? row.CrossGroupFailover);
        row.Models = lines.Set("models", row.Models, draft.Models is { } models ? JsonText.Of(models) : row.Models);
        row.Multiplier = lines.Set("multiplier", row.Multiplier, draft.Multiplier ?? row.Multiplier);
        row.ExpiresAt = lines.Set("expires_at", row.ExpiresAt, Moment(draft.ExpiresAt.Or(row.ExpiresAt)));
        row.Enabled = lines.Set("enabled", row.Enabled, draft.Enabled ?? row.Enabled);
        row.Limits = draft.Limits is { } limits ? LimitsText.Change(lines, row.Limits, limits) : row.Limits;
    }

    // Whole seconds of UTC: both engines give back exactly this, so that applying a file twice changes nothing.
    private static DateTime? Moment(DateTime? moment) => moment is { } value
        ? new DateTime(
            (value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value).Ticks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, DateTimeKind.Utc)
        : null;

    private async Task<byte[]> FreeHashAsync(string secret, long id, HubContext context, CancellationToken cancellation)
    {
        if (!_hasher.TryHash(secret, out var hash))
        {
            throw new AdminException("secret", "is empty or too long");
        }

        var bytes = hash.ToArray();
        return await IdentityStore.IsTakenAsync(context, bytes, id, cancellation)
            ? throw new AdminException("secret", "another key has or had this secret; choose a new one")
            : bytes;
    }

    private static async Task CheckAsync(KeyDraft draft, HubContext context, ProblemList problems, CancellationToken cancellation)
    {
        CheckKeyName(draft.Name, problems);
        if (draft.Secret is { } secret)
        {
            ApiKeySecret.Check(secret, problems);
        }

        if (draft.Groups is { } groups)
        {
            problems.Require(groups.Length is > 0 and <= MaxGroupsOfKey, "groups", $"must name 1 to {MaxGroupsOfKey} groups");
            problems.Require(groups.Distinct(StringComparer.Ordinal).Count() == groups.Length, "groups", "names a group twice");
            var known = await IdentityStore.GroupNamesAsync(context, cancellation);
            foreach (var name in groups.Where(name => !known.Contains(name)))
            {
                problems.Add("groups", $"there is no group '{name}'; known are {string.Join(", ", known.Order(StringComparer.Ordinal))}");
            }
        }

        CheckNames("models", draft.Models, problems);
        CheckMultiplier(draft.Multiplier, problems);
        LimitsText.Check(draft.Limits, problems);
    }

    private static void CheckKeyName(string name, ProblemList problems) => problems.Require(
        name.Length is > 0 and <= MaxNameLength && !name.Any(char.IsControl), "name", $"must have 1 to {MaxNameLength} characters");

    private static void CheckMultiplier(decimal? multiplier, ProblemList problems)
    {
        problems.Require(multiplier is null or (>= 0 and <= MaxMultiplier), "multiplier", $"must be from 0 to {MaxMultiplier}");
        problems.Require(multiplier is not { } some || decimal.Round(some, 6) == some, "multiplier", "has more than 6 decimals");
    }

    private static void CheckNames(string field, ImmutableArray<string>? names, ProblemList problems) =>
        problems.Require(
            names is not { } list || list.All(static name => name.Length is > 0 and <= 256 && !name.Any(static c => char.IsControl(c) || c == ' ')),
            field,
            "an entry is empty, longer than 256 characters, or has spaces in it");

    internal static bool LooksLikeEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && text.Length <= 254
            && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';' or '"')
            && text[^1] != '.' && text[at + 1] != '.';
    }
}
