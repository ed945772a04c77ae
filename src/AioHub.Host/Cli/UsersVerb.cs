using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Admin.Frame;
using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>users list|create|change|link</c>.</summary>
internal static class UsersVerb
{
    public static Command Build(VerbFrame frame) => new("users", "People") { List(frame), Create(frame), Change(frame), Link(frame) };

    private static Command List(VerbFrame frame)
    {
        var command = new Command("list", "List users with their balances");
        frame.OnData(command, async (home, _, cancellation) =>
        {
            var users = new List<(UserListing User, NanoUsd Balance)>();
            foreach (var user in await home.Identity.ListUsersAsync(cancellation))
            {
                users.Add((user, await home.Ledger.BalanceAsync(AccountRef.Wallet(user.Id), cancellation)));
            }

            return new Answer(
                new JsonObject
                {
                    ["users"] = Shapes.List(users, static entry => new JsonObject
                    {
                        ["id"] = entry.User.Id.Value,
                        ["email"] = entry.User.Email,
                        ["role"] = Shapes.Name(entry.User.Role),
                        ["tags"] = Shapes.Texts(entry.User.Tags),
                        ["enabled"] = entry.User.Enabled,
                        ["multiplier"] = entry.User.Multiplier,
                        ["limits"] = LimitOptions.Shape(entry.User.Limits),
                        ["balance_nano_usd"] = entry.Balance.Value,
                        ["balance_usd"] = entry.Balance.ToUsdString(),
                        ["created_at"] = Shapes.Moment(entry.User.CreatedAt),
                    }),
                },
                output => Table.Write(output, ["id", "email", "role", "tags", "balance usd", "multiplier", "limits", "state"], users.Select(static entry => new[]
                {
                    entry.User.Id.Value.ToString(), entry.User.Email, Shapes.Name(entry.User.Role), Shapes.Joined(entry.User.Tags), Shapes.Usd(entry.Balance), Shapes.Number(entry.User.Multiplier), LimitOptions.Tell(entry.User.Limits),
                    entry.User.Enabled ? "active" : "disabled",
                })));
        });
        return command;
    }

    private static Command Create(VerbFrame frame)
    {
        var command = Shared("create", "Create a user", out var email, out var role, out var tags, out var enabled, out var multiplier, out var limits);
        frame.OnData(command, async (home, parsed, cancellation) => Shapes.Changed(await home.Identity.CreateUserAsync(
            Draft(parsed, email, role, tags, enabled, multiplier) with { Limits = limits.Read(parsed, Limits.None) }, cancellation: cancellation)));
        return command;
    }

    private static Command Change(VerbFrame frame)
    {
        var command = Shared("change", "Change a user", out var email, out var role, out var tags, out var enabled, out var multiplier, out var limits);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var draft = Draft(parsed, email, role, tags, enabled, multiplier);
            var present = (await home.Identity.ListUsersAsync(cancellation)).FirstOrDefault(user => string.Equals(user.Email, draft.Email.Trim(), StringComparison.OrdinalIgnoreCase));
            return Shapes.Changed(await home.Identity.UpdateUserAsync(draft with { Limits = limits.Read(parsed, present?.Limits ?? Limits.None) }, cancellation: cancellation));
        });
        return command;
    }

    private static Command Link(VerbFrame frame)
    {
        var email = new Argument<string>("EMAIL");
        var urls = new Option<string?>("--url") { Description = "The hub's address as its users know it (default: the one that it listens on)", HelpName = "URL" };
        var command = new Command("link", "Make a link that signs a user in once, to set a (new) password; former links end") { email, urls };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var secret = await home.Sessions.MakeLinkAsync(parsed.GetRequiredValue(email), cancellation: cancellation);
            var address = (parsed.GetValue(urls) ?? home.Settings.Urls.Split(';')[0]).TrimEnd('/');
            var ends = home.Time.GetUtcNow().UtcDateTime + SessionAdmin.LinkLife;
            return new Answer(
                new JsonObject { ["link"] = address + Links.SignIn(secret), ["token"] = secret, ["ends_at"] = Shapes.Moment(ends) },
                output => output.WriteLine($"Good once, until {ends:yyyy-MM-dd HH:mm} UTC: {address}{Links.SignIn(secret)}"));
        });
        return command;
    }

    private static Command Shared(
        string name, string description, out Argument<string> email, out Option<Role?> role, out Option<string[]> tags, out Option<bool?> enabled, out Option<decimal?> multiplier, out LimitOptions limits)
    {
        email = new Argument<string>("EMAIL");
        role = new Option<Role?>("--role") { Description = "user, operator or owner" };
        tags = new Option<string[]>("--tag", "--tags") { Description = "Opens restricted groups; replaces all tags", AllowMultipleArgumentsPerToken = true };
        enabled = new Option<bool?>("--enabled") { Description = "true or false" };
        multiplier = new Option<decimal?>("--multiplier") { Description = "On all prices of all keys of the user, beside the group's" };
        limits = new LimitOptions();
        var command = new Command(name, description) { email, role, tags, enabled, multiplier };
        limits.AddTo(command);
        return command;
    }

    private static UserDraft Draft(ParseResult parsed, Argument<string> email, Option<Role?> role, Option<string[]> tags, Option<bool?> enabled, Option<decimal?> multiplier) => new()
    {
        Email = parsed.GetRequiredValue(email),
        Role = parsed.GetValue(role),
        Tags = parsed.GetValue(tags) is { Length: > 0 } all ? all.ToImmutableArray() : null,
        Enabled = parsed.GetValue(enabled),
        Multiplier = parsed.GetValue(multiplier),
    };
}
