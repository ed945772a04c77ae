using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Cli;

/// <summary><c>groups list|create|set</c>.</summary>
internal static class GroupsVerb
{
    public static Command Build(VerbFrame frame) => new("groups", "Groups: which channels serve whom, at what price") { List(frame), Create(frame), Set(frame) };

    private static Command List(VerbFrame frame)
    {
        var command = new Command("list", "List groups with their channels");
        frame.OnData(command, async (home, _, cancellation) =>
        {
            var groups = new List<(GroupListing Listing, NanoUsd? Quota)>();
            foreach (var listing in await home.Groups.ListAsync(cancellation))
            {
                groups.Add((listing, listing.Group.HasQuota ? await home.Ledger.BalanceAsync(AccountRef.Quota(listing.Group.Id), cancellation) : null));
            }

            var now = home.Time.GetUtcNow().UtcDateTime;
            return new Answer(
                new JsonObject { ["groups"] = Shapes.List(groups, entry => Shape(entry.Listing, entry.Quota, now)) },
                output => Table.Write(output, ["name", "status", "multiplier", "mode", "visibility", "quota usd", "limits", "channels", "reason"], groups.Select(entry => new[]
                {
                    entry.Listing.Group.Name, StatusOf(entry.Listing.Group, now), Shapes.Number(entry.Listing.Group.Multiplier), Shapes.Name(entry.Listing.Group.Mode),
                    Shapes.Name(entry.Listing.Group.Visibility), entry.Quota is { } left ? Shapes.Usd(left) : null, LimitOptions.Tell(entry.Listing.Group.Limits),
                    Shapes.Joined(entry.Listing.Channels.Select(static member => member.Channel)), entry.Listing.Group.Reason,
                })));
        });
        return command;
    }

    private static Command Create(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var options = new GroupOptions();
        var command = new Command("create", "Create a group") { name };
        options.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            return await FindAsync(home, wanted, cancellation) is not null
                ? throw new AdminException("name", $"group '{wanted}' exists already; `groups set` changes it")
                : Shapes.Changed(await home.Groups.UpsertAsync(options.Read(parsed, wanted, present: null), cancellation: cancellation));
        });
        return command;
    }

    private static Command Set(VerbFrame frame)
    {
        var name = new Argument<string>("NAME");
        var options = new GroupOptions();
        var command = new Command("set", "Change what is named of a group") { name };
        options.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var wanted = parsed.GetRequiredValue(name);
            return await FindAsync(home, wanted, cancellation) is { } present
                ? Shapes.Changed(await home.Groups.UpsertAsync(options.Read(parsed, wanted, present), cancellation: cancellation))
                : throw new AdminException("name", $"there is no group '{wanted}'; `groups list` shows all");
        });
        return command;
    }

    private static async Task<Group?> FindAsync(HubHome home, string name, CancellationToken cancellation) =>
        (await home.Groups.ListAsync(cancellation)).FirstOrDefault(group => group.Group.Name == name)?.Group;

    private static string StatusOf(Group group, DateTime now) => group.ExpiredOn is not { } day ? Shapes.Name(group.Status)
        : group.StatusAt(now) == GroupStatus.Expired ? $"expired {Shapes.Day(day)}" : $"{Shapes.Name(group.Status)}, expires {Shapes.Day(day)}";

    private static JsonObject Shape(GroupListing listing, NanoUsd? quota, DateTime now)
    {
        var group = listing.Group;
        var shape = new JsonObject
        {
            ["id"] = group.Id.Value,
            ["name"] = group.Name,
            ["display_name"] = group.DisplayName,
            ["common_use"] = group.CommonUse,
            ["notes"] = group.Notes,
            ["visibility"] = Shapes.Name(group.Visibility),
            ["tags"] = Shapes.Texts(group.Tags),
            ["status"] = Shapes.Name(group.StatusAt(now)),
            ["expired_on"] = Shapes.Day(group.ExpiredOn),
            ["reason"] = group.Reason,
            ["replacement"] = group.Replacement,
            ["serve_replacement"] = group.ServeReplacement,
            ["mode"] = Shapes.Name(group.Mode),
            ["multiplier"] = group.Multiplier,
            ["models"] = Shapes.Texts(group.Models),
            ["auto_tier"] = group.AutoTier,
            ["limits"] = LimitOptions.Shape(group.Limits),
            ["quota_nano_usd"] = quota?.Value,
            ["channels"] = Shapes.List(listing.Channels, static member =>
                new JsonObject { ["channel"] = member.Channel, ["priority"] = member.Priority, ["weight"] = member.Weight }),
            ["prices"] = Shapes.List(group.Prices.All, static price => PriceShapes.Row(price.Row, price.Model)),
        };
        PolicyOptions.Shape(shape, group.Policy);
        return shape;
    }

    /// <summary>What can be set of a group.</summary>
    private sealed class GroupOptions
    {
        private readonly Option<GroupStatus?> _status = new("--status") { Description = "active, paused or expired" };
        private readonly Option<string?> _expiredOn = new("--expired-on")
        {
            Description = "Since when it is expired, default today; of an active or paused group the day on which it ends by itself, none = it does not", HelpName = "DAY",
        };
        private readonly Option<string?> _reason = new("--reason") { Description = "Shown to callers; empty = none" };
        private readonly Option<string?> _replacement = new("--replacement") { Description = "The group to use instead; empty = none", HelpName = "NAME" };
        private readonly Option<bool?> _serveReplacement = new("--serve-replacement") { Description = "Let the replacement serve calls of the expired group" };
        private readonly Option<decimal?> _multiplier = new("--multiplier") { Description = "On all prices" };
        private readonly Option<string?> _displayName = new("--display-name");
        private readonly Option<string?> _notes = new("--notes") { Description = "Markdown" };
        private readonly Option<GroupVisibility?> _visibility = new("--visibility") { Description = "public, restricted (to user tags) or hidden" };
        private readonly Option<string[]> _tags = new("--tag", "--tags") { Description = "Replaces all tags", AllowMultipleArgumentsPerToken = true };
        private readonly Option<GroupMode?> _mode = new("--mode") { Description = "gateway or passthrough" };
        private readonly Option<string[]> _models = new("--model", "--models") { Description = "Globs; replaces all", AllowMultipleArgumentsPerToken = true };
        private readonly Option<int?> _tier = new("--auto-tier") { Description = "Place in auto's default order; lower comes earlier" };
        private readonly Option<bool?> _quota = new("--quota") { Description = "Whether the group has a budget of its own; `topup --group` fills it" };
        private readonly PolicyOptions _policy = new();
        private readonly LimitOptions _limits = new(queues: true);
        private readonly Option<string[]> _channels = new("--channel", "--channels")
        {
            Description = "Replaces all channels of the group",
            HelpName = "NAME[:PRIORITY[:WEIGHT]]",
            AllowMultipleArgumentsPerToken = true,
        };

        public void AddTo(Command command)
        {
            foreach (var option in new Option[]
                     {
                         _status, _expiredOn, _reason, _replacement, _serveReplacement, _multiplier, _displayName, _notes, _visibility, _tags, _mode, _models, _tier, _quota, _channels,
                     })
            {
                command.Add(option);
            }

            _policy.AddTo(command);
            _limits.AddTo(command);
        }

        public GroupDraft Read(ParseResult parsed, string name, Group? present) => new()
        {
            Name = name,
            Status = parsed.GetValue(_status),
            ExpiredOn = Day(parsed.GetValue(_expiredOn)),
            Reason = Text(parsed.GetValue(_reason)),
            Replacement = Text(parsed.GetValue(_replacement)),
            ServeReplacement = parsed.GetValue(_serveReplacement),
            Multiplier = parsed.GetValue(_multiplier),
            DisplayName = parsed.GetValue(_displayName),
            Notes = parsed.GetValue(_notes),
            Visibility = parsed.GetValue(_visibility),
            Tags = Some(parsed, _tags),
            Mode = parsed.GetValue(_mode),
            Models = Some(parsed, _models),
            AutoTier = parsed.GetValue(_tier),
            HasQuota = parsed.GetValue(_quota),
            Limits = _limits.Read(parsed, present?.Limits ?? Limits.None),
            Policy = _policy.Read(parsed, present?.Policy ?? GroupPolicy.Default),
            Channels = parsed.GetValue(_channels) is { Length: > 0 } members ? [.. members.Select(Member)] : null,
        };

        private static Named<DateOnly?> Day(string? text) => text switch
        {
            null => default,
            "none" => new Named<DateOnly?>(null),
            _ => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
                : throw new UsageException($"'{text}' is no day such as 2026-05-05, and not none."),
        };

        private static Named<string?> Text(string? text) => text is null ? default : new Named<string?>(text.Length == 0 ? null : text);

        private static ImmutableArray<string>? Some(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) is { Length: > 0 } all ? [.. all] : null;

        private static MemberDraft Member(string text)
        {
            var parts = text.Split(':');
            return parts.Length <= 3 && parts.Skip(1).All(static part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                ? new MemberDraft(
                    parts[0],
                    parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0,
                    parts.Length > 2 ? int.Parse(parts[2], CultureInfo.InvariantCulture) : 10)
                : throw new UsageException($"'{text}' is not NAME[:PRIORITY[:WEIGHT]].");
        }
    }
}
