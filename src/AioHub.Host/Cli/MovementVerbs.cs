using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>refund</c>, <c>adjust</c> and <c>transfer</c>.</summary>
internal static class MovementVerbs
{
    public static Command BuildRefund(VerbFrame frame)
    {
        var id = new Argument<string>("REQUEST-ID") { Description = "As in the header x-aiohub-request-id" };
        var usd = new Option<decimal?>("--usd") { HelpName = "N", Description = "A part of the charge; without it all that is left of it" };
        var (reason, key) = (MoneyOptions.Reason(), MoneyOptions.Key());
        var command = new Command("refund", "Give a call's charge back, never more than it was") { id, usd, reason, key };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            if (!RequestId.TryParse(parsed.GetRequiredValue(id), out var request))
            {
                throw new AdminException("request", "a request id has 26 letters and digits");
            }

            var part = parsed.GetValue(usd) is { } amount ? MoneyOptions.Amount(amount) : default(NanoUsd?);
            var refunded = await home.Ledger.RefundAsync(request, part, new EntryNote(parsed.GetRequiredValue(reason), MoneyOptions.Actor, parsed.GetValue(key)), cancellation);
            var owner = (await home.Identity.ListUsersAsync(cancellation)).FirstOrDefault(user => user.Id == refunded.User)?.Email ?? $"user {refunded.User.Value}";
            return MoneyOptions.Answer(owner, refunded.Posted, json =>
            {
                json["request"] = request.ToString();
                json["charged_nano_usd"] = refunded.Charged.Value;
                json["refunded_nano_usd"] = refunded.RefundedInAll.Value;
            });
        });
        return command;
    }

    public static Command BuildAdjust(VerbFrame frame)
    {
        var user = new Option<string?>("--user") { HelpName = "EMAIL", Description = "A user's wallet" };
        var group = new Option<string?>("--group") { HelpName = "NAME", Description = "A group's quota" };
        var channel = new Option<string?>("--channel") { HelpName = "NAME", Description = "A channel's budget" };
        var usd = new Option<decimal>("--usd") { HelpName = "N", Description = "How much, in USD; negative takes", Required = true };
        var (reason, key) = (MoneyOptions.Reason(), MoneyOptions.Key());
        var command = new Command("adjust", "Put a balance right, up or down") { user, group, channel, usd, reason, key };
        TopUpVerb.RequireOneAccount(command, user, group, channel);
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var (account, what, _) = await TopUpVerb.AccountAsync(home, parsed.GetValue(user), parsed.GetValue(group), parsed.GetValue(channel), cancellation);
            var note = new EntryNote(parsed.GetRequiredValue(reason), MoneyOptions.Actor, parsed.GetValue(key));
            return MoneyOptions.Answer(what, await home.Ledger.AdjustAsync(account, MoneyOptions.Amount(parsed.GetRequiredValue(usd), mayBeNegative: true), note, cancellation));
        });
        return command;
    }

    public static Command BuildTransfer(VerbFrame frame)
    {
        var from = new Option<string>("--from") { HelpName = "EMAIL", Required = true };
        var to = new Option<string>("--to") { HelpName = "EMAIL", Required = true };
        var usd = new Option<decimal>("--usd") { HelpName = "N", Description = "How much, in USD", Required = true };
        var (reason, key) = (MoneyOptions.Reason(), MoneyOptions.Key());
        var force = new Option<bool>("--force") { Description = "Also while a server that ended without a word may have charges that nobody has written yet" };
        var command = new Command("transfer", "Move money from one user's wallet to another's; it must be there, and no running call may need it") { from, to, usd, reason, key, force };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var giver = await MoneyOptions.UserAsync(home, parsed.GetRequiredValue(from), "from", cancellation);
            var taker = await MoneyOptions.UserAsync(home, parsed.GetRequiredValue(to), "to", cancellation);
            var note = new EntryNote(parsed.GetRequiredValue(reason), MoneyOptions.Actor, parsed.GetValue(key));
            var done = await home.Ledger.TransferAsync(giver.Id, taker.Id, MoneyOptions.Amount(parsed.GetRequiredValue(usd)), note, parsed.GetValue(force), cancellation);
            return new Answer(
                new JsonObject { ["from"] = MoneyOptions.Shape(giver.Email, done.Sent), ["to"] = MoneyOptions.Shape(taker.Email, done.Received) },
                output =>
                {
                    MoneyOptions.Print(output, giver.Email, done.Sent);
                    MoneyOptions.Print(output, taker.Email, done.Received);
                });
        });
        return command;
    }
}
