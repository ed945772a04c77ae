using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Host.Cli;

/// <summary><c>codes create|list|revoke|redeem</c>.</summary>
internal static class CodesVerb
{
    public static Command Build(VerbFrame frame) => new("codes", "Redemption codes") { Create(frame), List(frame), Revoke(frame), Redeem(frame) };

    private static Command Create(VerbFrame frame)
    {
        var usd = new Option<decimal>("--usd") { HelpName = "N", Description = "What each code is worth, in USD", Required = true };
        var count = new Option<int>("--count") { HelpName = "N", Description = "How many", DefaultValueFactory = static _ => 1 };
        var expires = new Option<DateTimeOffset?>("--expires") { Description = "A day or a moment, UTC" };
        var tag = new Option<string?>("--tag") { HelpName = "WORD", Description = "To find them by" };
        var reason = new Option<string>("--reason") { HelpName = "TEXT", Description = "Why", Required = true };
        var command = new Command("create", "Make a batch of codes; their texts are shown this once") { usd, count, expires, tag, reason };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var batch = await home.Codes.CreateAsync(
                new CodeDraft(
                    parsed.GetValue(count), MoneyOptions.Amount(parsed.GetRequiredValue(usd)), parsed.GetValue(expires)?.UtcDateTime, parsed.GetValue(tag), parsed.GetRequiredValue(reason), MoneyOptions.Actor),
                cancellation);
            return new Answer(
                new JsonObject { ["batch"] = batch.Batch, ["codes"] = Shapes.Texts(batch.Codes) },
                output =>
                {
                    output.WriteLine($"Batch {batch.Batch}; the codes are shown this once:");
                    foreach (var code in batch.Codes)
                    {
                        output.WriteLine(code);
                    }
                });
        });
        return command;
    }

    private static Command List(VerbFrame frame)
    {
        var batch = new Option<string?>("--batch");
        var tag = new Option<string?>("--tag");
        var before = new Option<long?>("--before") { HelpName = "ID", Description = "Only older codes than this" };
        var limit = new Option<int>("--limit") { DefaultValueFactory = static _ => 100 };
        var command = new Command("list", "List codes, newest first, without their texts") { batch, tag, before, limit };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var codes = await home.Codes.ListAsync(parsed.GetValue(batch), parsed.GetValue(tag), parsed.GetValue(before), parsed.GetValue(limit), cancellation);
            return new Answer(
                new JsonObject
                {
                    ["codes"] = Shapes.List(codes, static code => new JsonObject
                    {
                        ["id"] = code.Id,
                        ["batch"] = code.Batch,
                        ["code"] = code.Masked,
                        ["amount_nano_usd"] = code.Amount.Value,
                        ["amount_usd"] = code.Amount.ToUsdString(),
                        ["tag"] = code.Tag,
                        ["state"] = Shapes.Name(code.State),
                        ["created_at"] = Shapes.Moment(code.CreatedAt),
                        ["created_by"] = code.CreatedBy,
                        ["expires_at"] = Shapes.Moment(code.ExpiresAt),
                        ["revoked_at"] = Shapes.Moment(code.RevokedAt),
                        ["redeemed_at"] = Shapes.Moment(code.RedeemedAt),
                        ["redeemed_by"] = code.RedeemedBy,
                    }),
                },
                output => Table.Write(output, ["id", "batch", "code", "usd", "tag", "state", "expires", "redeemed by"], codes.Select(static code => new[]
                {
                    code.Id.ToString(CultureInfo.InvariantCulture), code.Batch, code.Masked, Shapes.Usd(code.Amount), code.Tag, Shapes.Name(code.State), Shapes.Moment(code.ExpiresAt), code.RedeemedBy,
                })));
        });
        return command;
    }

    private static Command Revoke(VerbFrame frame)
    {
        var id = new Argument<long?>("ID") { Arity = ArgumentArity.ZeroOrOne };
        var batch = new Option<string?>("--batch");
        var tag = new Option<string?>("--tag");
        var command = new Command("revoke", "End codes that nobody redeemed yet: one, a batch, or all of a tag") { id, batch, tag };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var revoked = await home.Codes.RevokeAsync(parsed.GetValue(id), parsed.GetValue(batch), parsed.GetValue(tag), MoneyOptions.Actor, cancellation);
            return new Answer(new JsonObject { ["revoked"] = revoked }, output => output.WriteLine($"{revoked} codes revoked"));
        });
        return command;
    }

    private static Command Redeem(VerbFrame frame)
    {
        var code = new Argument<string>("CODE");
        var user = new Option<string>("--user") { HelpName = "EMAIL", Description = "Whose wallet gets the money", Required = true };
        var key = MoneyOptions.Key();
        var command = new Command("redeem", "Pay a code out into a wallet") { code, user, key };
        frame.OnData(command, async (home, parsed, cancellation) =>
        {
            var owner = await MoneyOptions.UserAsync(home, parsed.GetRequiredValue(user), "user", cancellation);
            var posted = await home.Codes.RedeemAsync(parsed.GetRequiredValue(code), owner.Id, MoneyOptions.Actor, parsed.GetValue(key), cancellation);
            return MoneyOptions.Answer(owner.Email, posted);
        });
        return command;
    }
}
