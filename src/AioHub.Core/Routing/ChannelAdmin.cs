using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Primitives;
using AioHub.Core.Routing.Overrides;
using AioHub.Core.Routing.Presets;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>
/// Commands on channels and their credentials. Each checks first and refuses with an <see cref="AdminException"/>; <c>within</c> makes it part of
/// a larger change, which the caller commits. Secrets go in and never come out.
/// </summary>
public sealed class ChannelAdmin(HubDatabase database, SecretBox box)
{
    /// <summary>Creates the channel or changes what the draft names; doing so twice changes nothing.</summary>
    /// <exception cref="AdminException">The draft is wrong.</exception>
    public Task<ChangeReport> UpsertAsync(ChannelDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun, async transaction =>
        {
            var context = transaction.Context;
            var row = await ChannelStore.FindAsync(context, draft.Name, cancellation);
            var created = row is null;
            var credentials = row is null ? [] : await ChannelStore.CredentialsAsync(context, row.Id, cancellation);
            var (baseUrl, proxy) = Check(draft, row, credentials);

            row ??= context.Add(new ChannelRow { Name = draft.Name, Type = "", Models = JsonText.Of(["*"]) }).Entity;
            var lines = new ChangeLines();
            var upstream = (row.Type, row.BaseUrl);
            Change(row, draft, baseUrl, lines);
            if (!created && upstream != (row.Type, row.BaseUrl) && await ProbeStore.OfAsync(context, row.Id, model: null, cancellation) is { Count: > 0 } probes)
            {
                // They were of another upstream.
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"probes: − {probes.Count}"));
                context.RemoveRange(probes);
            }

            if (created || lines.Any)
            {
                await context.SaveChangesAsync(cancellation);
            }

            // Secrets are sealed for the row's id, which the database gives.
            if (ChannelSecrets.Change(box, row, draft, proxy, lines))
            {
                await context.SaveChangesAsync(cancellation);
            }

            if (draft.Credentials is { } wanted)
            {
                foreach (var gone in credentials.Where(present => !wanted.Any(next => string.Equals(next.Name, present.Name, StringComparison.Ordinal))))
                {
                    lines.Add($"credentials: − {gone.Name}");
                    context.Remove(gone);
                }

                foreach (var next in wanted)
                {
                    await SetCredentialAsync(context, row, credentials.Find(present => string.Equals(present.Name, next.Name, StringComparison.Ordinal)), next, lines, cancellation);
                }
            }

            return (lines.Report($"channel {row.Name}", row.Id, created), created || lines.Any);
        }, cancellation);

    /// <exception cref="AdminException">There is no such channel.</exception>
    public Task<ChangeReport> SetEnabledAsync(string name, bool enabled, HubTransaction? within = null, CancellationToken cancellation = default) =>
        OnAsync(name, within, (context, row, lines) =>
        {
            row.Enabled = lines.Set("enabled", row.Enabled, enabled);
            return context.SaveChangesAsync(cancellation);
        }, cancellation);

    /// <summary>Adds a credential, or replaces the one of its name.</summary>
    /// <exception cref="AdminException">There is no such channel, or the secret is missing.</exception>
    public Task<ChangeReport> SetCredentialAsync(string name, CredentialDraft credential, HubTransaction? within = null, CancellationToken cancellation = default) =>
        OnAsync(name, within, async (context, row, lines) =>
        {
            var present = (await ChannelStore.CredentialsAsync(context, row.Id, cancellation))
                .Find(other => string.Equals(other.Name, credential.Name, StringComparison.Ordinal));
            var problems = new ProblemList();
            CheckCredential(credential, ChannelTypes.Find(row.Type)?.Type, present is not null, problems);
            problems.ThrowIfAny();
            await SetCredentialAsync(context, row, present, credential, lines, cancellation);
        }, cancellation);

    /// <exception cref="AdminException">There is no such channel or credential, or it is the channel's last.</exception>
    public Task<ChangeReport> RemoveCredentialAsync(string name, string credential, HubTransaction? within = null, CancellationToken cancellation = default) =>
        OnAsync(name, within, async (context, row, lines) =>
        {
            var all = await ChannelStore.CredentialsAsync(context, row.Id, cancellation);
            var gone = all.Find(other => string.Equals(other.Name, credential, StringComparison.Ordinal))
                ?? throw new AdminException("credential", $"channel {name} has no credential '{credential}'");
            if (all.Count == 1 && ChannelTypes.Find(row.Type) is not { AllowsAnonymous: true })
            {
                throw new AdminException("credential", "is the channel's last; add another first, or disable or remove the channel");
            }

            lines.Add($"credentials: − {credential}");
            context.Remove(gone);
            await context.SaveChangesAsync(cancellation);
        }, cancellation);

    /// <summary>Removes the channel with its credentials from every group.</summary>
    /// <exception cref="AdminException">There is no such channel.</exception>
    public Task<ChangeReport> RemoveAsync(string name, HubTransaction? within = null, CancellationToken cancellation = default) =>
        OnAsync(name, within, async (context, row, lines) =>
        {
            lines.Add("removed");
            // Its credentials and places in groups go with it: the database sees to that.
            context.Remove(row);
            await context.SaveChangesAsync(cancellation);
        }, cancellation);

    /// <summary>All channels as the database has them now, by name; secrets masked.</summary>
    public async Task<IReadOnlyList<ChannelListing>> ListAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var credentials = (await reader.ReadAsync(
            """SELECT "ChannelId", "Id", "Name", "Mask", "Enabled", "Limits" FROM credentials ORDER BY "Id" """,
            static row => (Channel: row.GetInt64(0), Listing: new CredentialListing(new CredentialId(row.GetInt64(1)), row.GetString(2), row.GetString(3), row.GetBoolean(4))
            {
                Limits = LimitsText.To(row.GetString(5)),
            }),
            cancellation)).ToLookup(static pair => pair.Channel, static pair => pair.Listing);
        var groups = await GroupStore.LoadAsync(reader, cancellation);
        var channels = await ChannelStore.LoadAsync(reader, box: null, [], cancellation);
        return [.. channels.Select(channel => new ChannelListing(
            channel,
            [.. credentials[channel.Id.Value]],
            [.. groups.Where(group => group.Members.Any(member => member.Channel == channel.Id)).Select(static group => group.Name)]))];
    }

    private Task<ChangeReport> OnAsync(
        string name, HubTransaction? within, Func<HubContext, ChannelRow, ChangeLines, Task> change, CancellationToken cancellation) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var row = await ChannelStore.FindAsync(transaction.Context, name, cancellation)
                ?? throw new AdminException("name", $"there is no channel '{name}'; `channels list` shows all");
            var lines = new ChangeLines();
            await change(transaction.Context, row, lines);
            return (lines.Report($"channel {name}", row.Id, created: false), lines.Any);
        }, cancellation);

    private async Task SetCredentialAsync(
        HubContext context, ChannelRow channel, CredentialRow? row, CredentialDraft draft, ChangeLines lines, CancellationToken cancellation)
    {
        if (row is null)
        {
            lines.Add($"credentials: + {draft.Name}");
            row = context.Add(new CredentialRow { ChannelId = channel.Id, Name = draft.Name, Secret = "", Mask = "", Enabled = draft.Enabled }).Entity;
            // The secret is sealed for the row's id, which the database gives.
            await context.SaveChangesAsync(cancellation);
            Seal(row, JsonSecret.Compact(draft.Secret!));
            row.Limits = LimitsText.Of(draft.Limits ?? Limits.None);
        }
        else
        {
            row.Enabled = lines.Set($"credentials.{row.Name}.enabled", row.Enabled, draft.Enabled);
            row.Limits = draft.Limits is { } limits ? LimitsText.Change(lines, row.Limits, limits, $"credentials.{row.Name}.limits.") : row.Limits;
            if (draft.Secret is { } given && JsonSecret.Compact(given) is var secret && !string.Equals(Opened(row), secret, StringComparison.Ordinal))
            {
                lines.Add($"credentials.{row.Name}.secret: changed");
                Seal(row, secret);
            }
        }

        await context.SaveChangesAsync(cancellation);
    }

    private void Seal(CredentialRow row, string secret)
    {
        row.Secret = box.Seal(CredentialRow.Purpose, row.Id, secret);
        row.Mask = RoutingRules.Mask(secret);
    }

    // A secret that does not open any more is different from every new one.
    private string? Opened(CredentialRow row)
    {
        try
        {
            return box.Open(CredentialRow.Purpose, row.Id, row.Secret);
        }
        catch (SecretBoxException)
        {
            return null;
        }
    }

    private static void Change(ChannelRow row, ChannelDraft draft, string? baseUrl, ChangeLines lines)
    {
        row.Type = lines.Set("type", row.Type, draft.Type is { } type ? ChannelTypes.Find(type)!.Name : row.Type);
        row.Enabled = lines.Set("enabled", row.Enabled, draft.Enabled ?? row.Enabled);
        row.BaseUrl = lines.Set("base_url", row.BaseUrl, draft.BaseUrl.IsNamed ? baseUrl : row.BaseUrl);
        row.Dialects = lines.Set("dialects", row.Dialects, draft.Dialects is { } dialects ? GroupStore.OfDialects(dialects) : row.Dialects);
        row.AllowPrivateNetwork = lines.Set("allow_private_network", row.AllowPrivateNetwork, draft.AllowPrivateNetwork ?? row.AllowPrivateNetwork);
        row.Models = lines.Set("models", row.Models, draft.Models is { } models ? JsonText.Of(models) : row.Models);
        row.ModelMap = lines.Set("model_map", row.ModelMap, draft.ModelMap is { } map ? JsonText.Of(map) : row.ModelMap);
        row.Capabilities = lines.Set("capabilities", row.Capabilities, Capabilities(row.Capabilities, draft));
        row.Limits = draft.Limits is { } limits ? LimitsText.Change(lines, row.Limits, limits) : row.Limits;
        row.HasQuota = lines.Set("has_quota", row.HasQuota, draft.HasQuota ?? row.HasQuota);
        row.CostMultiplier = lines.Set("cost_multiplier", row.CostMultiplier, draft.CostMultiplier ?? row.CostMultiplier);
        if (draft.CreditPrice.IsNamed)
        {
            row.CreditPriceNano = lines.Set("credit_price", Price(row.CreditPriceNano), Price(draft.CreditPrice.Value is { } usd ? NanoUsd.FromUsd(usd).Value : null))?.Value;
        }

        if (draft.Timeouts is { } timeouts)
        {
            row.ConnectTimeoutMs = lines.Set("timeouts.connect_ms", row.ConnectTimeoutMs, Milliseconds(timeouts.Connect));
            row.FirstByteTimeoutMs = lines.Set("timeouts.first_byte_ms", row.FirstByteTimeoutMs, Milliseconds(timeouts.FirstByte));
            row.IdleTimeoutMs = lines.Set("timeouts.idle_ms", row.IdleTimeoutMs, Milliseconds(timeouts.Idle));
        }

        row.Tags = lines.Set("tags", row.Tags, draft.Tags is { } tags ? JsonText.Of(ChannelLabels.Tidy(tags)) : row.Tags);
        row.Notes = lines.Set("notes", row.Notes, draft.Notes ?? row.Notes);
        row.TestModel = lines.Set("test_model", row.TestModel, draft.TestModel.Or(row.TestModel));

        // Settings may hold what should not be printed; that they changed is enough.
        if (draft.Settings is { } settings && JsonText.Of(settings) is var text && !string.Equals(text, row.Settings, StringComparison.Ordinal))
        {
            lines.Add("settings: changed");
            row.Settings = text;
        }

        static string Capabilities(string present, ChannelDraft draft)
        {
            var (whole, byModel) = CapabilitiesText.To(present);
            return CapabilitiesText.Of(draft.Capabilities ?? whole, draft.CapabilitiesByModel ?? byModel);
        }

        static NanoUsd? Price(long? nano) => nano is { } value ? new NanoUsd(value) : null;

        static long? Milliseconds(TimeSpan? span) => span is { } value ? (long)value.TotalMilliseconds : null;
    }

    private static (string? BaseUrl, ChannelProxy? Proxy) Check(ChannelDraft draft, ChannelRow? row, List<CredentialRow> credentials)
    {
        var problems = new ProblemList();
        problems.Require(RoutingRules.IsChannelName(draft.Name), "name", $"'{draft.Name}' must have 1 to {RoutingRules.MaxNameLength} of A-Z, a-z, 0-9, '-', '_' and '.'");
        var info = ChannelTypes.Find(draft.Type ?? row?.Type ?? "");
        if (info is null)
        {
            problems.Add("type", draft.Type is { } wrong
                ? $"there is no type '{wrong}'; known are {string.Join(", ", ChannelTypes.Names)}"
                : $"a new channel needs one of {string.Join(", ", ChannelTypes.Names)}");
            problems.ThrowIfAny();
        }

        var baseUrl = RoutingRules.CheckUrl(draft.BaseUrl.Value, problems);
        var preset = info!.Type == ChannelType.OpenAiCompatible ? ChannelPresets.Check(draft.Settings ?? (row is null ? null : JsonText.ToMap(row.Settings)), draft.BaseUrl.Or(row?.BaseUrl), problems) : default;
        problems.Require(
            !RoutingRules.NeedsBaseUrl(info.Type) || preset.HasAddress || draft.BaseUrl.Or(row?.BaseUrl) is not null, "base_url",
            info.Type == ChannelType.OpenAiCompatible ? "a channel of type openai-compatible needs one, or settings.preset with the name of a host" : $"a channel of type {info.Name} needs one");
        var known = preset.Known.IsDefaultOrEmpty ? info.Dialects : preset.Known;
        foreach (var dialect in draft.Dialects ?? [])
        {
            problems.Require(
                known.Contains(dialect),
                "dialects",
                $"type {info.Name} does not speak {DialectNames.Of(dialect)}; it speaks {string.Join(", ", known.Select(DialectNames.Of))}");
        }

        RoutingRules.CheckGlobs("models", draft.Models, problems);
        RoutingRules.CheckGlobs("model_map", draft.ModelMap is { } map ? [.. map.Keys, .. map.Values] : null, problems);
        LimitsText.Check(draft.Limits, problems, queues: true);
        problems.Require(draft.CostMultiplier is null or (>= 0 and <= RoutingRules.MaxMultiplier), "cost_multiplier", $"must be from 0 to {RoutingRules.MaxMultiplier}");
        problems.Require(draft.CostMultiplier is not { } cost || decimal.Round(cost, 6) == cost, "cost_multiplier", "has more than 6 decimals");
        problems.Require(draft.CreditPrice.Value is null or (>= 0 and <= RoutingRules.MaxCreditPrice), "credit_price", $"must be from 0 to {RoutingRules.MaxCreditPrice} USD");
        problems.Require(draft.CreditPrice.Value is not { } credit || decimal.Round(credit, 9) == credit, "credit_price", "has more than 9 decimals");
        ChannelSettings.Check(info.Type, draft.Settings, problems);
        RoutingRules.CheckGlobs("capabilities", draft.CapabilitiesByModel is { } said ? [.. said.Select(static one => one.Models)] : null, problems);
        OverrideChecks.Check(draft.Overrides, problems);
        ChannelLabels.Check(draft, problems);
        var proxy = ChannelProxy.Read(draft.Proxy.Value, problems);
        foreach (var (name, span) in new[] { ("connect_ms", draft.Timeouts?.Connect), ("first_byte_ms", draft.Timeouts?.FirstByte), ("idle_ms", draft.Timeouts?.Idle) })
        {
            problems.Require(span is not { } value || (value > TimeSpan.Zero && value <= TimeSpan.FromHours(1)), $"timeouts.{name}", "must be longer than 0 and at most an hour (3600000); leave it out for the hub's own");
        }

        foreach (var credential in draft.Credentials ?? [])
        {
            CheckCredential(credential, info.Type, credentials.Exists(present => string.Equals(present.Name, credential.Name, StringComparison.Ordinal)), problems);
        }

        problems.Require(
            draft.Credentials is not { } list || list.DistinctBy(static credential => credential.Name).Count() == list.Length, "credentials", "two have the same name");
        var left = draft.Credentials?.Length ?? credentials.Count;
        problems.Require(info.AllowsAnonymous || left > 0, "credentials", $"a channel of type {info.Name} needs at least one credential with a name and a secret");
        problems.ThrowIfAny();
        return (baseUrl, proxy);
    }

    private static void CheckCredential(CredentialDraft credential, ChannelType? type, bool exists, ProblemList problems)
    {
        LimitsText.Check(credential.Limits, problems, "credentials.limits.", queues: true);
        problems.Require(RoutingRules.IsChannelName(credential.Name), "credentials.name", $"must have 1 to {RoutingRules.MaxNameLength} of A-Z, a-z, 0-9, '-', '_' and '.'");
        problems.Require(
            credential.Secret is { } secret ? secret.Length is > 0 and <= JsonSecret.Longest : exists, "credentials.secret", $"credential '{credential.Name}' needs a secret");
        JsonSecret.Check(credential.Name, credential.Secret ?? "", type, problems);
        problems.Require(
            credential.Secret is null || JsonSecret.Compact(credential.Secret) is not { } text || !text.Any(static c => c is '\r' or '\n' or '\0'), "credentials.secret", $"the secret of '{credential.Name}' has a line break in it");
    }
}
