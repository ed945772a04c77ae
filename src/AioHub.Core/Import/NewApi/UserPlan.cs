using System.Collections.Immutable;
using System.Globalization;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>Makes users of users. Whoever has no address of their own, or somebody else's, gets <c>name@new-api.invalid</c>.</summary>
internal sealed class UserPlan
{
    private const string NoDomain = "new-api.invalid";
    private const int LongestName = 64;
    private readonly Dictionary<long, string> _emails = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Their address here; null = there is no such user.</summary>
    public string? EmailOf(long user) => _emails.GetValueOrDefault(user);

    public ImmutableArray<PlannedUser> All(NewApiContent content, NewApiOptions options, ImportState state, GroupPlan groups, string origin, ImportNotes notes)
    {
        var planned = ImmutableArray.CreateBuilder<PlannedUser>();
        foreach (var user in content.Users.Where(static user => !user.Deleted))
        {
            var what = user.ToString();
            var email = Email(user, notes);
            _emails[user.Id] = email;
            var present = state.Users.FirstOrDefault(one => one.Email == email);
            var tags = groups.TagsOf(user.Group.Length > 0 ? user.Group : "default");
            var role = user.Role >= 100 ? Role.Owner : user.Role >= 10 ? Role.Operator : Role.User;
            var draft = present is null
                ? new UserDraft { Email = email, Role = role, Enabled = user.Status == 1, Tags = tags }
                // Who is here already keeps what they may do: an import never raises and never lowers it.
                : new UserDraft { Email = email, Tags = [.. present.Tags.Concat(tags).Distinct(StringComparer.Ordinal)] };
            if (present is not null && present.Role < role)
            {
                notes.Told(what, $"{email} is here already as {present.Role.ToString().ToLowerInvariant()} and stays so", $"`aiohub users change {email} --role {role.ToString().ToLowerInvariant()}`");
            }

            if (present is { Enabled: true } && user.Status != 1)
            {
                notes.Told(what, $"{email} is enabled here and disabled in new-api", $"`aiohub users change {email} --enabled false`");
            }

            if (user.RewardQuota != 0)
            {
                notes.Left(what, $"{Usd(user.RewardQuota, options)} USD of rewards that were not moved to the balance yet", $"`aiohub topup --user {email} --usd …` puts them in");
            }

            planned.Add(new PlannedUser(what, draft, Balance(user, options, what, notes), string.Create(CultureInfo.InvariantCulture, $"import {origin} user {user.Id}")));
        }

        var deleted = content.Users.Count(static user => user.Deleted);
        if (deleted > 0)
        {
            notes.Left("deleted users", string.Create(CultureInfo.InvariantCulture, $"{deleted} users that new-api only keeps for its records"), "");
        }

        if (planned.Count > 0)
        {
            notes.Left("passwords", "no password, passkey, second factor or sign-in by another site comes over", "users sign in anew here; their API keys go on working");
        }

        return planned.ToImmutable();
    }

    private string Email(NewApiUser user, ImportNotes notes)
    {
        var email = user.Email.Trim().ToLowerInvariant();
        if (email.Length > 0 && IsAddress(email) && _taken.Add(email))
        {
            return email;
        }

        var plain = new string([.. user.Username.ToLowerInvariant().Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]).Trim('.', '-');
        plain = plain.Length > LongestName ? plain[..LongestName] : plain;
        var made = string.Create(CultureInfo.InvariantCulture, $"{(plain.Length > 0 ? plain : "user")}@{NoDomain}");
        if (!_taken.Add(made))
        {
            made = string.Create(CultureInfo.InvariantCulture, $"{(plain.Length > 0 ? plain : "user")}-{user.Id}@{NoDomain}");
            _taken.Add(made);
        }

        notes.Adjusted(user.ToString(), email.Length == 0 ? $"has no e-mail address; is {made} here" : IsAddress(email) ? $"shares {email} with another user; is {made} here" : $"'{email}' is no e-mail address; is {made} here",
            "give the user an address in new-api before you import for the first time, if they shall sign in here");
        return made;
    }

    private static NanoUsd Balance(NewApiUser user, NewApiOptions options, string what, ImportNotes notes)
    {
        var usd = user.Quota / options.QuotaPerUsd;
        if (Math.Abs(usd) > LedgerBook.MaxAmount.ToUsd())
        {
            notes.Left(what, string.Create(CultureInfo.InvariantCulture, $"its balance of {usd:0.##} USD is more than one entry moves ({LedgerBook.MaxAmount.ToUsd():0} USD)"), "`aiohub topup` puts in what is really meant");
            return NanoUsd.Zero;
        }

        if (usd < 0)
        {
            notes.Told(what, $"its balance is below zero ({Usd(user.Quota, options)} USD) and came over so: calls are refused until it is topped up", "`aiohub adjust` if the debt is to be forgotten");
        }

        return NanoUsd.FromUsd(usd);
    }

    private static string Usd(long quota, NewApiOptions options) => (quota / options.QuotaPerUsd).ToString("0.######", CultureInfo.InvariantCulture);

    private static bool IsAddress(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && text.Length <= 254 && text[^1] != '.' && text[at + 1] != '.'
            && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or ',' or ';' or '"');
    }
}
