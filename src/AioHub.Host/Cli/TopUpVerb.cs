using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary><c>topup</c>: puts money into a wallet, a group's quota or a channel's budget.</summary>
internal static class TopUpVerb
{
    public static Command Build(VerbFrame frame)
    {
        var user = new Option<string?>("--user") { HelpName = "EMAIL", Description = "A user's wallet" };
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = "A group's quota" };
        var channel = new Option<string?>("--channel") { HelpName = "NAME", Description = "A channel's budget" };
        var usd = new Option<decimal>("--usd") { HelpName = "N", Description = "How much, in USD", Required = true };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why; it stands in the ledger", Required = true };
        var key = MoneyOptions.Key();
        var command = new Command("topup", "Put money in") { user, group, channel, usd, reason, key };
        RequireOneAccount(command, user, group, channel);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var (account, what, note) = await AccountAsync(home, parsed.GetValue(user), parsed.GetValue(group), parsed.GetValue(channel), cancellation);
            var added = MoneyOptions.Amount(parsed.GetRequiredValue(usd));
            var posted = await home.Ledger.TopUpAsync(account, added, new EntryNote(parsed.GetRequiredValue(reason), MoneyOptions.Actor, parsed.GetValue(key)), cancellation);
            var balance = posted.Balance;
            var json = new JsonObject
            {
                ["account"] = LedgerNames.Of(account.Kind),
                ["owner"] = what,
                ["added_nano_usd"] = posted.Repeated ? 0 : added.Value,
                ["repeated"] = posted.Repeated,
                ["balance_nano_usd"] = balance.Value,
                ["balance_usd"] = balance.ToUsdString(),
            };
            if (note is not null)
            {
                json["note"] = note;
            }

            return new Answer(json, output =>
            {
                MoneyOptions.Print(output, what, posted);
                if (note is not null)
                {
                    output.WriteLine($"Note: {note}");
                }
            });
        });
        return command;
    }

    /// <summary>Just one of the three names an account.</summary>
    public static void RequireOneAccount(Command command, Option<string?> user, Option<string?> group, Option<string?> channel) => command.Validators.Add(parsed =>
    {
        if (new[] { parsed.GetResult(user), parsed.GetResult(group), parsed.GetResult(channel) }.Count(static one => one is not null) != 1)
        {
            parsed.AddError("Name one of --user EMAIL, --group NAME and --channel NAME.");
        }
    });

    public static async Task<(AccountRef Account, string What, string? Note)> AccountAsync(HubHome home, string? user, string? group, string? channel, CancellationToken cancellation) =>
        user is not null ? await WalletAsync(home, user, cancellation)
        : group is not null ? await QuotaAsync(home, group, cancellation)
        : await BudgetAsync(home, channel!, cancellation);

    private static async Task<(AccountRef Account, string What, string? Note)> WalletAsync(HubHome home, string email, CancellationToken cancellation)
    {
        var user = await MoneyOptions.UserAsync(home, email, "user", cancellation);
        return (AccountRef.Wallet(user.Id), user.Email, null);
    }

    private static async Task<(AccountRef Account, string What, string? Note)> QuotaAsync(HubHome home, string name, CancellationToken cancellation)
    {
        var group = (await home.Groups.ListAsync(cancellation)).FirstOrDefault(group => group.Group.Name == name)?.Group
            ?? throw new AdminException("group", $"there is no group '{name}'; `groups list` shows all");
        return (AccountRef.Quota(group.Id), $"group {name}", group.HasQuota ? null : $"the group has no quota, so nothing is taken from it; `groups set {name} --quota true` gives it one");
    }

    private static async Task<(AccountRef Account, string What, string? Note)> BudgetAsync(HubHome home, string name, CancellationToken cancellation)
    {
        var channel = (await home.Channels.ListAsync(cancellation)).FirstOrDefault(channel => channel.Channel.Name == name)?.Channel
            ?? throw new AdminException("channel", $"there is no channel '{name}'; `channels list` shows all");
        return (AccountRef.Budget(channel.Id), $"channel {name}", channel.HasQuota ? null : $"the channel has no quota, so nothing is taken from it; `channels set {name} --quota true` gives it one");
    }
}
