using System.Collections.Immutable;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Routing;

/// <summary>
/// Commands on groups. Each checks first and refuses with an <see cref="AdminException"/>; <c>within</c> makes it part of a larger change, which
/// the caller commits.
/// </summary>
public sealed class GroupAdmin(HubDatabase database, TimeProvider time)
{
    private const int MaxClientGlob = 256;
    private const int MaxAutoRules = 200;

    /// <summary>Creates the group or changes what the draft names; doing so twice changes nothing.</summary>
    /// <exception cref="AdminException">The draft is wrong.</exception>
    public Task<ChangeReport> UpsertAsync(GroupDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun, async transaction =>
        {
            var context = transaction.Context;
            var names = await GroupStore.NamesAsync(context, cancellation);
            var channels = await ChannelStore.NamesAsync(context, cancellation);
            Check(draft, names, channels);

            var row = await GroupStore.FindAsync(context, draft.Name, cancellation);
            var created = row is null;
            if (row is null)
            {
                var last = await GroupStore.LastPositionAsync(context, cancellation);
                row = context.Add(new GroupRow { Name = draft.Name, DisplayName = draft.DisplayName ?? draft.Name, Position = last + 1 }).Entity;
            }

            var lines = new ChangeLines();
            Change(row, draft, lines);
            if (created || lines.Any)
            {
                await context.SaveChangesAsync(cancellation);
            }

            if (draft.Channels is { } members)
            {
                await SetMembersAsync(context, row, members, channels, lines, cancellation);
            }

            if (draft.Prices is { } prices)
            {
                await GroupPriceAdmin.ReplaceAsync(context, row, prices, draft.Actor, lines, time.GetUtcNow().UtcDateTime, cancellation);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report($"group {row.Name}", row.Id, created), created || lines.Any);
        }, cancellation);

    /// <summary>Activates, pauses or expires a group.</summary>
    /// <param name="name">The group.</param>
    /// <param name="status">What it becomes.</param>
    /// <param name="expiredOn">Null = today, for an expiry; of an active or paused group, when it shall end by itself.</param>
    /// <param name="reason">Shown to callers; null = none.</param>
    /// <param name="replacement">The group to use instead; null = none.</param>
    /// <param name="within">A larger change.</param>
    /// <param name="cancellation">Undoes everything.</param>
    /// <exception cref="AdminException">There is no such group, or no such replacement.</exception>
    public async Task<ChangeReport> SetStatusAsync(
        string name,
        GroupStatus status,
        DateOnly? expiredOn = null,
        string? reason = null,
        string? replacement = null,
        HubTransaction? within = null,
        CancellationToken cancellation = default)
    {
        await RequireAsync(name, within, cancellation);
        var draft = new GroupDraft { Name = name, Status = status, Reason = reason, Replacement = replacement };
        return await UpsertAsync(expiredOn is { } day ? draft with { ExpiredOn = (DateOnly?)day } : draft, dryRun: false, within, cancellation);
    }

    /// <summary>Replaces the channels of a group.</summary>
    /// <exception cref="AdminException">There is no such group, or no such channel.</exception>
    public async Task<ChangeReport> SetMembersAsync(
        string name, ImmutableArray<MemberDraft> channels, HubTransaction? within = null, CancellationToken cancellation = default)
    {
        await RequireAsync(name, within, cancellation);
        return await UpsertAsync(new GroupDraft { Name = name, Channels = channels }, dryRun: false, within, cancellation);
    }

    /// <summary>Removes a group with its places for channels. Its prices stay in the record: calls that were charged by them name them.</summary>
    /// <exception cref="AdminException">There is no such group, it is <c>auto</c>, it has a quota, or somebody uses it.</exception>
    public Task<ChangeReport> RemoveAsync(string name, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun: false, async transaction =>
        {
            var context = transaction.Context;
            var row = await GroupStore.FindAsync(context, name, cancellation) ?? throw new AdminException("name", $"there is no group '{name}'; `groups list` shows all");
            var problems = new ProblemList();
            problems.Require(!string.Equals(name, Group.AutoName, StringComparison.Ordinal), "name", "auto cannot be removed; pause it instead");
            problems.Require(!row.HasQuota, "has_quota", "the group has a quota of its own: turn it off first, so that no balance is forgotten");
            problems.ThrowIfAny();
            var use = await GroupUseStore.ReadAsync(context, name, time.GetUtcNow().UtcDateTime, cancellation);
            problems.Require(use.Obstacles.Length == 0, "name", $"group '{name}' is in use: {use.Obstacles}; pause or expire it, and name a replacement");
            problems.ThrowIfAny();
            var lines = new ChangeLines();
            await GroupPriceAdmin.ReplaceAsync(context, row, [], actor: null, lines, time.GetUtcNow().UtcDateTime, cancellation);
            lines.Add("removed");
            context.Remove(row);
            await context.SaveChangesAsync(cancellation);
            return (lines.Report($"group {name}", row.Id, created: false), true);
        }, cancellation);

    /// <summary>Who would notice a change of the group: keys that carry it, groups that it replaces, <c>auto</c>.</summary>
    public async Task<GroupUse> UseAsync(string name, CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return await GroupUseStore.ReadAsync(context, name, time.GetUtcNow().UtcDateTime, cancellation);
    }

    /// <summary>Sets how <c>auto</c> orders the groups.</summary>
    /// <exception cref="AdminException">A named group does not exist.</exception>
    public Task<ChangeReport> SetAutoAsync(AutoDraft draft, bool dryRun = false, HubTransaction? within = null, CancellationToken cancellation = default) =>
        HubCommand.RunAsync(database, ChangeAreas.Configuration, within, dryRun, async transaction =>
        {
            var context = transaction.Context;
            var names = await GroupStore.NamesAsync(context, cancellation);
            var problems = new ProblemList();
            CheckNames("order", draft.Order ?? []);
            problems.Require(draft.Rules is not { Length: > MaxAutoRules }, "rules", $"has more than {MaxAutoRules} entries");
            foreach (var (rule, at) in (draft.Rules ?? []).Select(static (rule, at) => (rule, $"rules[{at}]")))
            {
                RoutingRules.CheckGlobs($"{at}.model", [rule.Model], problems);
                problems.Require(
                    rule.Clients.IsDefault || rule.Clients.All(static glob => glob.Length is > 0 and <= MaxClientGlob && !glob.Any(char.IsControl)), $"{at}.clients",
                    $"an entry is empty or longer than {MaxClientGlob} characters; write what the client's User-Agent looks like, with * for any characters");
                problems.Require(!rule.Groups.IsDefaultOrEmpty, $"{at}.groups", $"the rule for '{rule.Model}' names no group");
                CheckNames($"{at}.groups", rule.Groups);
            }

            problems.ThrowIfAny();
            var json = await SettingsStore.FindAsync(context, SettingsStore.AutoPolicy, cancellation);
            var present = GroupStore.ToAuto(json);
            var next = new AutoPolicy(draft.Order ?? present.Order, draft.Rules ?? present.Rules);
            var lines = new ChangeLines();
            lines.Set("policy", GroupStore.OfAuto(present), GroupStore.OfAuto(next));
            if (lines.Any)
            {
                await SettingsStore.SetAsync(context, SettingsStore.AutoPolicy, GroupStore.OfAuto(next), cancellation);
                await context.SaveChangesAsync(cancellation);
            }

            return (lines.Report("auto", 0, created: false), lines.Any);

            void CheckNames(string field, ImmutableArray<string> groups)
            {
                foreach (var name in groups.IsDefault ? [] : groups)
                {
                    problems.Require(!string.Equals(name, Group.AutoName, StringComparison.Ordinal), field, "auto cannot name itself");
                    problems.Require(names.Contains(name), field, $"there is no group '{name}'");
                }
            }
        }, cancellation);

    /// <summary>All groups as the database has them now, in the order of lists.</summary>
    public async Task<IReadOnlyList<GroupListing>> ListAsync(CancellationToken cancellation = default)
    {
        await using var reader = await HubReader.OpenAsync(database, consistent: true, cancellation);
        var names = (await ChannelStore.LoadAsync(reader, box: null, [], cancellation)).ToDictionary(static channel => channel.Id, static channel => channel.Name);
        var groups = await GroupStore.LoadAsync(reader, cancellation);
        return [.. groups.Select(group => new GroupListing(
            group, [.. group.Members.Select(member => new MemberDraft(names[member.Channel], member.Priority, member.Weight))]))];
    }

    /// <summary>How <c>auto</c> orders the groups now.</summary>
    public async Task<AutoPolicy> ReadAutoAsync(CancellationToken cancellation = default)
    {
        await using var context = database.CreateContext();
        return GroupStore.ToAuto(await SettingsStore.FindAsync(context, SettingsStore.AutoPolicy, cancellation));
    }

    private async Task RequireAsync(string name, HubTransaction? within, CancellationToken cancellation)
    {
        var own = within is null ? database.CreateContext() : null;
        await using (own)
        {
            var context = own ?? within!.Context;
            if (await GroupStore.FindAsync(context, name, cancellation) is null)
            {
                throw new AdminException("name", $"there is no group '{name}'; `groups list` shows all");
            }
        }
    }

    private void Change(GroupRow row, GroupDraft draft, ChangeLines lines)
    {
        row.DisplayName = lines.Set("display_name", row.DisplayName, draft.DisplayName ?? row.DisplayName);
        row.CommonUse = lines.Set("common_use", row.CommonUse, draft.CommonUse ?? row.CommonUse);
        row.Notes = lines.Set("notes", row.Notes, draft.Notes ?? row.Notes);
        row.Visibility = lines.Set("visibility", row.Visibility, draft.Visibility ?? row.Visibility);
        row.Tags = lines.Set("tags", row.Tags, draft.Tags is { } tags ? JsonText.Of(tags) : row.Tags);
        row.Status = lines.Set("status", row.Status, draft.Status ?? row.Status);
        row.ExpiredOn = lines.Set("expired_on", row.ExpiredOn, EndOf(row, draft));
        // A reason belongs to a status: an active group that is not going to end needs none.
        row.Reason = lines.Set("reason", row.Reason, row.Status == GroupStatus.Active && row.ExpiredOn is null ? null : draft.Reason.Or(row.Reason));
        row.Replacement = lines.Set("replacement", row.Replacement, draft.Replacement.Or(row.Replacement));
        row.ServeReplacement = lines.Set("serve_replacement", row.ServeReplacement, draft.ServeReplacement ?? row.ServeReplacement);
        row.Mode = lines.Set("mode", row.Mode, draft.Mode ?? row.Mode);
        row.Dialects = lines.Set("dialects", row.Dialects, draft.Dialects is { } dialects ? GroupStore.OfDialects(dialects) : row.Dialects);
        row.Multiplier = lines.Set("multiplier", row.Multiplier, draft.Multiplier ?? row.Multiplier);
        row.Models = lines.Set("models", row.Models, draft.Models is { } models ? JsonText.Of(models) : row.Models);
        row.AutoTier = lines.Set("auto_tier", row.AutoTier, draft.AutoTier ?? row.AutoTier);
        row.HasQuota = lines.Set("has_quota", row.HasQuota, draft.HasQuota ?? row.HasQuota);
        row.Policy = draft.Policy is { } policy ? GroupPolicyText.Change(lines, row.Policy, policy) : row.Policy;
        row.Limits = draft.Limits is { } limits ? LimitsText.Change(lines, row.Limits, limits) : row.Limits;
    }

    /// <summary>The day on which the group ended or will end by itself. Who names a status without a day undoes an end that has come, and keeps one that is planned.</summary>
    private DateOnly? EndOf(GroupRow row, GroupDraft draft)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var end = draft.ExpiredOn.Or(row.ExpiredOn);
        if (row.Status == GroupStatus.Expired)
        {
            return end ?? today;
        }

        return draft.ExpiredOn.IsNamed || draft.Status is null || end > today ? end : null;
    }

    private static async Task SetMembersAsync(
        HubContext context,
        GroupRow group,
        ImmutableArray<MemberDraft> members,
        Dictionary<string, long> channels,
        ChangeLines lines,
        CancellationToken cancellation)
    {
        var rows = await GroupStore.MembersAsync(context, group.Id, cancellation);
        var names = channels.ToDictionary(static pair => pair.Value, static pair => pair.Key);
        var before = Show(rows.Select(row => new MemberDraft(names[row.ChannelId], row.Priority, row.Weight)));
        lines.Set("channels", before, Show(members));
        if (string.Equals(before, Show(members), StringComparison.Ordinal))
        {
            return;
        }

        context.RemoveRange(rows.Where(row => !members.Any(member => channels[member.Channel] == row.ChannelId)));
        foreach (var member in members)
        {
            var id = channels[member.Channel];
            var row = rows.Find(row => row.ChannelId == id);
            if (row is null)
            {
                row = new GroupMemberRow { GroupId = group.Id, ChannelId = id };
                context.Add(row);
            }

            row.Priority = member.Priority;
            row.Weight = member.Weight;
        }

        await context.SaveChangesAsync(cancellation);

        static string Show(IEnumerable<MemberDraft> members) => string.Join(
            ", ",
            members.OrderBy(static member => member.Priority).ThenBy(static member => member.Channel, StringComparer.Ordinal)
                .Select(static member => $"{member.Channel} (priority {member.Priority}, weight {member.Weight})"));
    }

    private static void Check(GroupDraft draft, HashSet<string> groups, Dictionary<string, long> channels)
    {
        var problems = new ProblemList();
        problems.Require(RoutingRules.IsGroupName(draft.Name), "name", $"'{draft.Name}' must have 1 to {RoutingRules.MaxNameLength} of a-z, 0-9 and -");
        RoutingRules.CheckText("display_name", draft.DisplayName, problems);
        RoutingRules.CheckText("common_use", draft.CommonUse, problems);
        RoutingRules.CheckText("notes", draft.Notes, problems);
        RoutingRules.CheckText("reason", draft.Reason.Value, problems);
        RoutingRules.CheckGlobs("models", draft.Models, problems);
        RoutingRules.CheckGlobs("tags", draft.Tags, problems);
        problems.Require(draft.Multiplier is null or (>= 0 and <= RoutingRules.MaxMultiplier), "multiplier", $"must be from 0 to {RoutingRules.MaxMultiplier}");
        problems.Require(draft.Multiplier is not { } multiplier || decimal.Round(multiplier, 6) == multiplier, "multiplier", "has more than 6 decimals");
        problems.Require(draft.AutoTier is null or (>= 0 and <= 1000), "auto_tier", "must be from 0 to 1000");
        if (draft.Replacement.Value is { } replacement)
        {
            problems.Require(groups.Contains(replacement), "replacement", $"there is no group '{replacement}'");
            problems.Require(!string.Equals(replacement, draft.Name, StringComparison.Ordinal), "replacement", "a group cannot replace itself");
        }

        var isAuto = string.Equals(draft.Name, Group.AutoName, StringComparison.Ordinal);
        problems.Require(!isAuto || draft.Channels is null or { IsEmpty: true }, "channels", "auto has no channels of its own; it picks among the other groups");
        problems.Require(!isAuto || draft.ExpiredOn.Value is null || draft.Status is GroupStatus.Expired, "expired_on", "auto does not end by itself; the groups that it picks do");
        problems.Require(!isAuto || draft.HasQuota is not true, "has_quota", "auto has no quota of its own");
        problems.Require(!isAuto || draft.Limits is null or { IsEmpty: true }, "limits", "auto has no limits of its own; those of the groups that it picks count");
        problems.Require(!isAuto || draft.Policy?.Lacks is null or Needs.None, "lacks", "auto lacks nothing of its own; what the groups that it picks lack counts");
        problems.Require(
            !isAuto || draft.Policy is not { } rules || rules with { Lacks = null } == new GroupPolicyDraft(), "policy", "auto has no rules of its own; those of the groups that it picks count");
        problems.Require(!isAuto || draft.Prices is null or { IsEmpty: true }, "prices", "auto has no prices of its own; those of the groups that it picks count");
        GroupPriceAdmin.Check(draft.Prices ?? [], problems);
        draft.Policy?.Check(problems);
        LimitsText.Check(draft.Limits, problems, queues: true);
        foreach (var member in draft.Channels ?? [])
        {
            problems.Require(channels.ContainsKey(member.Channel), "channels", $"there is no channel '{member.Channel}'; create it first");
            problems.Require(member.Priority is >= 0 and <= RoutingRules.MaxPriority, "channels.priority", $"must be from 0 to {RoutingRules.MaxPriority}");
            problems.Require(member.Weight is >= 0 and <= RoutingRules.MaxWeight, "channels.weight", $"must be from 0 to {RoutingRules.MaxWeight}");
        }

        problems.Require(
            draft.Channels is not { } list || list.DistinctBy(static member => member.Channel).Count() == list.Length, "channels", "names a channel twice");
        problems.ThrowIfAny();
    }
}
