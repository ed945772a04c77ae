using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Mail;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;

namespace AioHub.Core.Alerts;

/// <summary>Commands on where operators' alerts go, and on what was sent there.</summary>
public sealed class AlertTargetAdmin(HubDatabase database, SecretBox box, IAlertCourier courier, TimeProvider time)
{
    /// <summary>How long the former secret goes on signing beside a new one.</summary>
    public static readonly TimeSpan SecretOverlap = TimeSpan.FromHours(24);

    private const string Purpose = "webhook secret";
    private static readonly string[] Locales = ["en", "zh-CN"];

    /// <summary>By name.</summary>
    /// <param name="afterName">Begins after it; null = from the first.</param>
    public async Task<ImmutableArray<AlertTarget>> ListAsync(string? afterName, int limit, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return [.. (await AlertTargetStore.ListAsync(context, afterName, Math.Clamp(limit, 1, AlertAdmin.MostListed), cancellation)).Select(static row => row.ToTarget())];
    }

    /// <returns>Null = there is none.</returns>
    public async Task<AlertTarget?> FindAsync(long id, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return (await AlertTargetStore.FindAsync(context, id, cancellation))?.ToTarget();
    }

    /// <exception cref="AdminException">A member is missing or cannot be.</exception>
    public Task<MadeTarget> CreateAsync(AlertTargetDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var type = draft.Type ?? throw new AdminException("type", "must be email or webhook");
            var row = new AlertTargetRow { Name = "", Type = type, Address = "", Locale = Locales[0], CreatedAt = time.GetUtcNow().UtcDateTime };
            var lines = await SetAsync(context, row, draft, cancellation);
            context.Add(row);
            await context.SaveChangesAsync(cancellation);
            string? secret = null;
            if (type == TargetType.Webhook)
            {
                secret = WebhookSignature.NewSecret();
                row.SealedSecret = box.Seal(Purpose, row.Id, secret);
                await context.SaveChangesAsync(cancellation);
            }

            return (new MadeTarget(lines.Report($"alert target {row.Name}", row.Id, created: true), row.Id, secret), true);
        }, cancellation);

    /// <exception cref="AdminException">There is none, or a member cannot be.</exception>
    public Task<ChangeReport> ChangeAsync(long id, AlertTargetDraft draft, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var row = await RowAsync(transaction, id, cancellation);
            if (draft.Type is { } type && type != row.Type)
            {
                throw new AdminException("type", "cannot be changed; make another target");
            }

            var lines = await SetAsync(transaction.Context, row, draft, cancellation);
            await transaction.Context.SaveChangesAsync(cancellation);
            return (lines.Report($"alert target {row.Name}", id, created: false), lines.Any);
        }, cancellation);

    /// <exception cref="AdminException">There is none.</exception>
    public Task<ChangeReport> RemoveAsync(long id, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var row = await RowAsync(transaction, id, cancellation);
            transaction.Context.Remove(row);
            await transaction.Context.SaveChangesAsync(cancellation);
            return (new ChangeReport($"alert target {row.Name}", id, Created: false, ["removed"]), true);
        }, cancellation);

    /// <summary>A new secret. For a day what is sent is signed with the former one too, so that receivers can be changed in peace.</summary>
    /// <exception cref="AdminException">There is none, or it is no webhook.</exception>
    public Task<MadeTarget> RotateAsync(long id, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var row = await RowAsync(transaction, id, cancellation);
            if (row.Type != TargetType.Webhook)
            {
                throw new AdminException("type", "only webhooks have a secret");
            }

            var secret = WebhookSignature.NewSecret();
            (row.SealedFormerSecret, row.FormerSecretUntil) = (row.SealedSecret, time.GetUtcNow().UtcDateTime + SecretOverlap);
            row.SealedSecret = box.Seal(Purpose, id, secret);
            await transaction.Context.SaveChangesAsync(cancellation);
            return (new MadeTarget(new ChangeReport($"alert target {row.Name}", id, Created: false, ["secret: made anew"]) { Action = "rotated" }, id, secret), true);
        }, cancellation);

    /// <summary>Sends something there now, once, and gives the answer as it came.</summary>
    /// <exception cref="AdminException">There is none.</exception>
    public async Task<CourierAnswer> TestAsync(long id, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        var row = await AlertTargetStore.FindAsync(context, id, cancellation) ?? throw None(id);
        var now = time.GetUtcNow().UtcDateTime;
        var parcel = new AlertParcel(DeliveryStore.NewMessage(), "test", now, row.Type, row.Address, row.Locale, row.AllowPrivateNetwork, [], Sample(now));
        var former = row.FormerSecretUntil > now ? row.SealedFormerSecret : null;
        return await courier.CarryAsync(parcel with { Secrets = Secrets(box, new DueDelivery(0, 1, parcel, row.SealedSecret, former, id)) }, cancellation);
    }

    /// <summary>Sends a test by e-mail now, once, with the mail settings that are kept.</summary>
    /// <exception cref="AdminException">The address is none.</exception>
    public async Task<CourierAnswer> TestMailAsync(string to, CancellationToken cancellation = default)
    {
        var problems = new ProblemList();
        CheckAddress(TargetType.Email, to, problems, "to");
        problems.ThrowIfAny();
        var now = time.GetUtcNow().UtcDateTime;
        return await courier.CarryAsync(new AlertParcel(DeliveryStore.NewMessage(), "test", now, TargetType.Email, to, Locales[0], false, [], Sample(now)), cancellation);
    }

    private static Alert Sample(DateTime now) => new(now, AlertKinds.ChannelFailing, AlertOwner.Channel, 0, "example", BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero)
    {
        Facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["credentials"] = "2" }.ToFrozenDictionary(StringComparer.Ordinal),
    };

    /// <summary>What was and will be sent, newest first.</summary>
    public Task<ImmutableArray<Delivery>> DeliveriesAsync(
        DeliveryState? state = null, long? target = null, long? alert = null, long? before = null, int limit = 50, CancellationToken cancellation = default) =>
        DeliveryStore.ListAsync(database, state, target, alert, id: null, before, Math.Clamp(limit, 1, AlertAdmin.MostListed), cancellation);

    /// <returns>Null = there is none.</returns>
    public async Task<Delivery?> FindDeliveryAsync(long id, CancellationToken cancellation = default) =>
        (await DeliveryStore.ListAsync(database, null, null, null, id, null, 1, cancellation)).FirstOrDefault();

    /// <summary>A delivery that was given up is tried again, at once and with all its tries.</summary>
    /// <returns>False: there is none that was given up.</returns>
    public async Task<bool> RetryAsync(long id, CancellationToken cancellation = default)
    {
        var done = false;
        await HubCommand.RunAsync(database, ChangeAreas.Configuration, within: null, dryRun: false, async transaction =>
        {
            done = await DeliveryStore.RetryAsync(transaction.Context, id, time.GetUtcNow().UtcDateTime, cancellation);
            return (new ChangeReport($"alert delivery {id}", id, Created: false, ["tried again"]) { Action = "retried" }, done);
        }, cancellation);
        return done;
    }

    /// <summary>What a delivery is signed with, the newest first.</summary>
    internal static ImmutableArray<string> Secrets(SecretBox box, DueDelivery delivery) => delivery.Target is not { } id ? [] :
    [
        .. new[] { delivery.SealedSecret, delivery.SealedFormerSecret }.OfType<string>().Select(secret => box.Open(Purpose, id, secret)),
    ];

    private static async Task<AlertTargetRow> RowAsync(HubTransaction transaction, long id, CancellationToken cancellation) =>
        await AlertTargetStore.FindAsync(transaction.Context, id, cancellation) ?? throw None(id);

    private static AdminException None(long id) => new("target", $"there is no alert target {id}");

    private static async Task<ChangeLines> SetAsync(HubContext context, AlertTargetRow row, AlertTargetDraft draft, CancellationToken cancellation)
    {
        var (name, address, locale) = (draft.Name?.Trim() ?? row.Name, draft.Address?.Trim() ?? row.Address, draft.Locale ?? row.Locale);
        var kinds = draft.Kinds ?? JsonText.ToList(row.Kinds);
        var problems = new ProblemList();
        problems.Require(name.Length is > 0 and <= AlertTargetRow.MaxName && !name.Any(char.IsControl), "name", $"must have 1 to {AlertTargetRow.MaxName} characters");
        problems.Require(!await AlertTargetStore.IsTakenAsync(context, name, row.Id, cancellation), "name", "is another target's");
        problems.Require(Locales.Contains(locale, StringComparer.Ordinal), "locale", $"must be one of {string.Join(", ", Locales)}");
        foreach (var kind in kinds.Where(static kind => !AlertKinds.OfOperators.Contains(kind, StringComparer.Ordinal)))
        {
            problems.Add("kinds", $"there is no kind {kind}; there are {string.Join(", ", AlertKinds.OfOperators)}");
        }

        CheckAddress(row.Type, address, problems);
        problems.ThrowIfAny();
        var lines = new ChangeLines();
        row.Name = lines.Set("name", row.Name, name);
        row.Address = lines.Set("address", row.Address, address);
        row.Locale = lines.Set("locale", row.Locale, locale);
        row.Kinds = lines.Set("kinds", row.Kinds, JsonText.Of(kinds.Distinct(StringComparer.Ordinal)));
        row.AllowPrivateNetwork = lines.Set("allow_private_network", row.AllowPrivateNetwork, draft.AllowPrivateNetwork ?? row.AllowPrivateNetwork);
        row.Enabled = lines.Set("enabled", row.Enabled, draft.Enabled ?? row.Enabled);
        return lines;
    }

    private static void CheckAddress(TargetType type, string address, ProblemList problems, string field = "address")
    {
        if (type == TargetType.Email)
        {
            problems.Require(address.Length <= 254 && MailAddress.TryCreate(address, out var parsed) && parsed.Address == address, field, "must be one e-mail address, such as ops@example.com");
            return;
        }

        problems.Require(
            address.Length <= AlertTargetRow.MaxAddress && Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 && url.Host.Length > 0,
            "address", "must be an http or https URL without a user, such as https://example.com/hooks/aiohub");
    }
}
