using System.CommandLine;
using System.Text.Json.Nodes;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Host.Home;

namespace AioHub.Host.Cli;

/// <summary>What the verbs that move money share.</summary>
internal static class MoneyOptions
{
    public const string Actor = "cli";

    public static Option<string?> Key() => new("--key") { HelpName = "TEXT", Description = "Asked again under the same key, the same movement happens once" };

    public static Option<string> Reason() => new("--reason") { HelpName = "TEXT", Description = "Why; it stands in the ledger", Required = true };

    /// <summary>USD as nano-USD, exactly.</summary>
    /// <exception cref="AdminException">Out of range, or finer than a nano-dollar.</exception>
    public static NanoUsd Amount(decimal usd, bool mayBeNegative = false) => LedgerBook.AmountOf(usd, "usd", mayBeNegative);

    public static async Task<UserListing> UserAsync(HubHome home, string email, string field, CancellationToken cancellation) =>
        (await home.Identity.ListUsersAsync(cancellation)).FirstOrDefault(user => string.Equals(user.Email, email.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw new AdminException(field, $"there is no user {email}; `users list` shows all");

    public static JsonObject Shape(string owner, Posted posted) => new()
    {
        ["owner"] = owner,
        ["entry"] = posted.EntryId == 0 ? null : posted.EntryId,
        ["amount_nano_usd"] = posted.Amount.Value,
        ["balance_nano_usd"] = posted.Balance.Value,
        ["balance_usd"] = posted.Balance.ToUsdString(),
        ["repeated"] = posted.Repeated,
    };

    public static Answer Answer(string owner, Posted posted, Action<JsonObject>? more = null)
    {
        var json = Shape(owner, posted);
        more?.Invoke(json);
        return new Answer(json, output => Print(output, owner, posted));
    }

    public static void Print(TextWriter output, string owner, Posted posted) => output.WriteLine(
        posted.Repeated
            ? $"{owner}: nothing to do, it was done before; balance {Shapes.Usd(posted.Balance)} USD"
            : $"{owner}: {(posted.Amount > NanoUsd.Zero ? "+" : "−")} {Shapes.Usd(posted.Amount > NanoUsd.Zero ? posted.Amount : -posted.Amount)} USD, balance {Shapes.Usd(posted.Balance)} USD");
}
