using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Setup;

namespace AioHub.Host.Cli;

/// <summary><c>keys list|create|change|revoke</c>.</summary>
internal static class KeysVerb
{
    private const string DefaultName = "key";

    public static Command Build(VerbFrame frame) => new("keys", "API keys") { List(frame), Create(frame), Change(frame), Revoke(frame) };

    private static Command List(VerbFrame frame)
    {
        var user = new Option<string?>("--user") { Description = "Only this user's", HelpName = "EMAIL" };
        var all = new Option<bool>("--all") { Description = "Revoked keys too" };
        var command = new Command("list", "List API keys; secrets are masked") { user, all };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var email = parsed.GetValue(user);
            var keys = (await home.Identity.ListKeysAsync(cancellation: cancellation))
                .Where(key => email is null || string.Equals(key.OwnerEmail, email, StringComparison.OrdinalIgnoreCase))
                .Where(key => key.RevokedAt is null || parsed.GetValue(all)).ToList();
            return new Answer(new JsonObject { ["keys"] = Shapes.List(keys, Shape) }, output => Table.Write(
                output,
                ["id", "name", "user", "secret", "groups", "multiplier", "limits", "expires", "state"],
                keys.Select(static key => new[]
                {
                    key.Key.Id.Value.ToString(), key.Key.Name, key.OwnerEmail, key.MaskedSecret, Shapes.Joined(key.Key.Groups), Shapes.Number(key.Key.Multiplier), LimitOptions.Tell(key.Key.Limits),
                    Shapes.Moment(key.Key.ExpiresAt), State(key),
                })));
        });
        return command;
    }

    private static Command Create(VerbFrame frame)
    {
        var name = new Option<string>("--name") { Description = "Unique among the user's keys", DefaultValueFactory = static _ => DefaultName };
        var user = new Option<string>("--user") { Description = "The owner", HelpName = "EMAIL", DefaultValueFactory = static _ => Seed.OwnerEmail };
        var secret = new Option<string?>("--secret") { Description = "A secret of your own, sk-…; without it a random one" };
        var members = new KeyOptions();
        var command = new Command("create", "Create an API key; its secret is shown once") { name, user, secret };
        members.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var draft = members.Read(parsed, new KeyDraft { Name = parsed.GetRequiredValue(name), User = parsed.GetRequiredValue(user), Secret = parsed.GetValue(secret) });
            var report = await home.Identity.CreateKeyAsync(draft, cancellation: cancellation);
            var json = new JsonObject
            {
                ["id"] = report.Id.Value,
                ["name"] = draft.Name,
                ["user"] = draft.User,
                ["secret"] = report.Secret,
                ["groups"] = Shapes.Texts(draft.Groups ?? ["auto"]),
            };
            return new Answer(json, output => output.WriteLine($"Key {report.Id.Value} '{draft.Name}' of {draft.User}, shown once: {report.Secret}"));
        });
        return command;
    }

    private static Command Change(VerbFrame frame)
    {
        var key = new Argument<string>("KEY") { Description = "Its id, or its name with --user" };
        var user = OwnerOption();
        var enabled = new Option<bool?>("--enabled") { Description = "true or false" };
        var members = new KeyOptions();
        var command = new Command("change", "Change an API key") { key, user, enabled };
        members.AddTo(command);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var found = await FindAsync(home.Identity, parsed.GetRequiredValue(key), parsed.GetValue(user), cancellation);
            var draft = members.Read(parsed, new KeyDraft { Name = found.Key.Name, User = found.OwnerEmail, Enabled = parsed.GetValue(enabled) }, found.Key.Limits);
            return Shapes.Changed((await home.Identity.ChangeKeyAsync(draft, cancellation: cancellation)).Report);
        });
        return command;
    }

    private static Command Revoke(VerbFrame frame)
    {
        var key = new Argument<string>("KEY") { Description = "Its id, or its name with --user" };
        var user = OwnerOption();
        var command = new Command("revoke", "End an API key for ever") { key, user };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var found = await FindAsync(home.Identity, parsed.GetRequiredValue(key), parsed.GetValue(user), cancellation);
            return Shapes.Changed(await home.Identity.RevokeKeyAsync(found.Key.Id, cancellation: cancellation));
        });
        return command;
    }

    private static Option<string?> OwnerOption() => new("--user") { Description = "The owner, when the name alone is not enough", HelpName = "EMAIL" };

    private static async Task<KeyListing> FindAsync(IdentityAdmin identity, string key, string? user, CancellationToken cancellation)
    {
        var all = (await identity.ListKeysAsync(cancellation: cancellation)).Where(static listing => listing.RevokedAt is null)
            .Where(listing => user is null || string.Equals(listing.OwnerEmail, user, StringComparison.OrdinalIgnoreCase)).ToList();
        var named = all.FindAll(listing => listing.Key.Name == key);
        if (named.Count == 0 && long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            named = all.FindAll(listing => listing.Key.Id.Value == id);
        }

        return named switch
        {
            [var one] => one,
            [] => throw new AdminException("key", $"there is no key '{key}'; `keys list` shows all"),
            _ => throw new AdminException("key", $"several users have a key '{key}': name the owner with --user, or give its id"),
        };
    }

    private static JsonObject Shape(KeyListing listing) => new()
    {
        ["id"] = listing.Key.Id.Value,
        ["name"] = listing.Key.Name,
        ["user"] = listing.OwnerEmail,
        ["secret"] = listing.MaskedSecret,
        ["groups"] = Shapes.Texts(listing.Key.Groups),
        ["cross_group_failover"] = listing.Key.CrossGroupFailover,
        ["models"] = Shapes.Texts(listing.Key.Models),
        ["multiplier"] = listing.Key.Multiplier,
        ["limits"] = LimitOptions.Shape(listing.Key.Limits),
        ["expires_at"] = Shapes.Moment(listing.Key.ExpiresAt),
        ["enabled"] = listing.Key.Enabled,
        ["created_at"] = Shapes.Moment(listing.CreatedAt),
        ["revoked_at"] = Shapes.Moment(listing.RevokedAt),
    };

    private static string State(KeyListing key) => key.RevokedAt is not null ? "revoked" : key.Key.Enabled ? "active" : "disabled";

    /// <summary>The options that creating and changing share.</summary>
    private sealed class KeyOptions
    {
        private readonly Option<string[]> _groups = new("--group", "--groups") { Description = "A group, in order; may be repeated", AllowMultipleArgumentsPerToken = true };
        private readonly Option<string[]> _models = new("--model", "--models") { Description = "A glob of models that the key may use; may be repeated", AllowMultipleArgumentsPerToken = true };
        private readonly LimitOptions _limits = new();
        private readonly Option<DateTimeOffset?> _expires = new("--expires") { Description = "A day or a moment, UTC" };
        private readonly Option<decimal?> _multiplier = new("--multiplier") { Description = "On all prices of this key, beside the group's and the user's" };
        private readonly Option<bool?> _failover = new("--cross-group-failover") { Description = "true or false" };

        public void AddTo(Command command)
        {
            foreach (var option in new Option[] { _groups, _models, _expires, _multiplier, _failover })
            {
                command.Add(option);
            }

            _limits.AddTo(command);
        }

        public KeyDraft Read(ParseResult parsed, KeyDraft draft, Limits? present = null) => draft with
        {
            Groups = Some(parsed.GetValue(_groups)),
            Models = Some(parsed.GetValue(_models)),
            Limits = _limits.Read(parsed, present ?? Limits.None),
            ExpiresAt = parsed.GetValue(_expires) is { } moment ? new Named<DateTime?>(moment.UtcDateTime) : default,
            Multiplier = parsed.GetValue(_multiplier),
            CrossGroupFailover = parsed.GetValue(_failover),
        };

        private static ImmutableArray<string>? Some(string[]? texts) =>
            texts is { Length: > 0 } ? [.. texts.SelectMany(static text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))] : null;
    }
}
