using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>Makes API keys of tokens, with their secrets, so that callers change nothing. A key that came over before is found by its secret.</summary>
internal sealed class KeyPlan(NewApiContent content, NewApiOptions options, ImportState state, GroupPlan groups, UserPlan users, ImportNotes notes)
{
    private static readonly string[] DefaultAuto = ["default"];

    private readonly Dictionary<long, string> _groupOfUser = content.Users.ToDictionary(static user => user.Id, static user => user.Group.Length > 0 ? user.Group : "default");
    private readonly HashSet<(string User, string Name)> _names = [.. state.Keys.Where(static key => !key.Revoked).Select(static key => (key.Owner, key.Name))];
    private readonly Dictionary<string, string> _secrets = new(StringComparer.Ordinal);

    public ImmutableArray<KeyDraft> All()
    {
        var deleted = content.Tokens.Count(static token => token.Deleted);
        if (deleted > 0)
        {
            notes.Left("deleted tokens", string.Create(CultureInfo.InvariantCulture, $"{deleted} tokens that new-api only keeps for its records"), "");
        }

        return [.. content.Tokens.Where(static token => !token.Deleted).Select(One).OfType<KeyDraft>()];
    }

    private KeyDraft? One(NewApiToken token)
    {
        var what = token.ToString();
        if (users.EmailOf(token.UserId) is not { } email)
        {
            notes.Left(what, string.Create(CultureInfo.InvariantCulture, $"its user {token.UserId} is deleted or not in the source"), "make a key for somebody else, if it is still used");
            return null;
        }

        var secret = token.Key.StartsWith(ApiKeySecret.Prefix, StringComparison.Ordinal) ? token.Key : ApiKeySecret.Prefix + token.Key;
        if (!IsSecret(secret))
        {
            notes.Left(what, token.Key.Contains('*', StringComparison.Ordinal) ? "its key is masked in the source" : "its key is empty, too short, or has other characters than keys have", "make a new one: `aiohub keys create`");
            return null;
        }

        if (!_secrets.TryAdd(secret, what))
        {
            notes.Left(what, $"it has the same key as {_secrets[secret]}", "make a new one for it: `aiohub keys create`");
            return null;
        }

        var known = state.KeyOf(secret);
        if (known is { Revoked: true } || (known is not null && known.Owner != email))
        {
            notes.Left(what, known.Revoked ? $"this key was revoked here (it was '{known.Name}' of {known.Owner})" : $"this key is '{known.Name}' of {known.Owner} here", "keys that were revoked stay so; make a new one: `aiohub keys create`");
            return null;
        }

        var enabled = token.Status is 1 or 3;
        var draft = new KeyDraft
        {
            Name = known?.Name ?? Name(token, email),
            User = email,
            Secret = secret,
            ExpiresAt = new Named<DateTime?>(token.ExpiredTime > 0 ? Expiry(token, what) : null),
            // What is left there counts from the first day here; afterwards the hub counts.
            Limits = known is null ? Limit(token, what, ref enabled) : null,
            Models = Models(token, what, ref enabled),
            Groups = Groups(token, what, ref enabled),
            CrossGroupFailover = token.Group == "auto" ? token.CrossGroupRetry : null,
        };
        if (token.Status == 3 && token.ExpiredTime <= 0)
        {
            enabled = false;
        }

        if (token.AllowIps.Length > 0)
        {
            notes.Left(what, $"it was bound to addresses ({string.Join(", ", NewApiNames.Split(token.AllowIps).Take(5))}); here it works from everywhere", "guard the hub by a firewall or proxy, or disable the key");
        }

        return draft with { Enabled = enabled };
    }

    private string Name(NewApiToken token, string email)
    {
        var plain = new string([.. token.Name.Where(static c => !char.IsControl(c))]).Trim();
        plain = plain.Length == 0 ? "token" : plain.Length > 100 ? plain[..100] : plain;
        var name = NewApiNames.Free(plain, token.Id, candidate => _names.Contains((email, candidate)), " #");
        _names.Add((email, name));
        if (name != token.Name)
        {
            notes.Adjusted(token.ToString(), $"it is called '{name}' here: each key of a user has a name of its own");
        }

        return name;
    }

    private Limits? Limit(NewApiToken token, string what, ref bool enabled)
    {
        if (token.Unlimited)
        {
            return null;
        }

        if (token.RemainQuota <= 0)
        {
            enabled = false;
            notes.Told(what, token.RemainQuota < 0 ? "more than its quota was used; it came disabled" : "its quota is used up; it came disabled", "set a limit (usd_total) and enable it: `aiohub keys change`");
            return null;
        }

        return Limits.None with { Total = NanoUsd.FromUsd(token.RemainQuota / options.QuotaPerUsd) };
    }

    private DateTime? Expiry(NewApiToken token, string what)
    {
        if (token.ExpiredTime <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return DateTimeOffset.FromUnixTimeSeconds(token.ExpiredTime).UtcDateTime;
        }

        notes.Adjusted(what, "its end lies beyond the year 9999; it has none here");
        return null;
    }

    private ImmutableArray<string> Models(NewApiToken token, string what, ref bool enabled)
    {
        if (!token.ModelLimitsEnabled)
        {
            return [];
        }

        var models = NewApiNames.Split(token.ModelLimits).Where(static model => model.Length <= 256 && !model.Any(char.IsWhiteSpace)).ToImmutableArray();
        if (models.IsEmpty)
        {
            enabled = false;
            notes.Adjusted(what, "it may call no model at all; here an empty list means all, so it came disabled", "name its models and enable it: `aiohub keys change`");
        }

        return models;
    }

    private ImmutableArray<string> Groups(NewApiToken token, string what, ref bool enabled)
    {
        var wanted = token.Group switch
        {
            "" => [_groupOfUser[token.UserId]],
            "auto" => Ordered(token, what),
            _ => [token.Group],
        };
        var found = wanted.Select(groups.Find).OfType<string>().Distinct(StringComparer.Ordinal).Take(IdentityAdmin.MaxGroupsOfKey).ToImmutableArray();
        foreach (var gone in wanted.Where(name => groups.Find(name) is null))
        {
            notes.Left(what, $"its group '{gone}' is none any more", "");
        }

        if (found.IsEmpty)
        {
            enabled = false;
            notes.Adjusted(what, "none of its groups is there; it came disabled, with group auto", "name its groups and enable it: `aiohub keys change`");
            return ["auto"];
        }

        return found;
    }

    /// <summary>The token's own list, else everybody's.</summary>
    private IReadOnlyList<string> Ordered(NewApiToken token, string what)
    {
        if (token.AutoGroups is "" or "null" or "[]")
        {
            return options.List("AutoGroups") is { } all ? all : DefaultAuto;
        }

        try
        {
            return JsonSerializer.Deserialize<string[]>(token.AutoGroups) ?? [];
        }
        catch (JsonException)
        {
            notes.Left(what, "auto_groups is no JSON array", "");
            return [];
        }
    }

    private static bool IsSecret(string secret)
    {
        try
        {
            var problems = new ProblemList();
            ApiKeySecret.Check(secret, problems);
            problems.ThrowIfAny();
            return !secret.Contains('*', StringComparison.Ordinal);
        }
        catch (AdminException)
        {
            return false;
        }
    }
}
