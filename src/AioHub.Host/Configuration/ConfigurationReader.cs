using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Configuration;

/// <summary>Reads the sections of a file into drafts. What is missing or wrong is gathered; only the caller throws.</summary>
internal static class ConfigurationReader
{
    private const int Version = 1;

    public static ConfigurationContent Read(YamlMap root, FileProblems problems)
    {
        var file = new YamlSection(root, "the file", problems);
        if (file.Whole("version") is { } version && version != Version)
        {
            file.Report("version", $"this program reads version {Version}");
        }

        var content = new ConfigurationContent
        {
            Groups = All(file, "groups", "a group", ReadGroup),
            Auto = file.Section("auto", "auto") is { } auto ? new Declared<AutoDraft>(ReadAuto(auto), auto) : null,
            Channels = All(file, "channels", "a channel", ChannelReader.Read),
            Models = All(file, "models", "a model", ModelReader.Read),
            Users = All(file, "users", "a user", ReadUser),
            Keys = All(file, "keys", "a key", ReadKey),
            Settings = file.Section("settings", "settings") is { } settings ? new Declared<RouteSettingsDraft>(ReadSettings(settings), settings) : null,
        };
        file.Done();
        Unique(content.Groups, "group", static group => group.Draft.Name);
        Unique(content.Channels, "channel", static channel => channel.Draft.Name);
        Unique(content.Models, "model", static model => model.Draft.Id);
        Unique(content.Users, "user", static user => user.Draft.Email);
        Unique(content.Keys, "key", static key => $"{key.Name}' of '{key.User}");
        return content;
    }

    private static List<Declared<T>> All<T>(YamlSection file, string key, string name, Func<YamlSection, T> read)
    {
        var all = new List<Declared<T>>();
        foreach (var section in file.Sections(key, name) ?? [])
        {
            all.Add(new Declared<T>(read(section), section));
            section.Done();
        }

        return all;
    }

    // Two entries of one name would undo each other on every run.
    private static void Unique<T>(IEnumerable<Declared<T>> all, string kind, Func<T, string> name)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var declared in all.Where(declared => !seen.Add(name(declared.Wanted))))
        {
            declared.At.Report("name", $"{kind} '{name(declared.Wanted)}' stands in the file twice");
        }
    }

    private static DeclaredGroup ReadGroup(YamlSection group)
    {
        var quota = Quota(group);
        var draft = new GroupDraft
        {
            Name = group.RequiredText("name"),
            DisplayName = group.Text("display_name"),
            CommonUse = group.Text("common_use"),
            Notes = group.Text("notes"),
            Visibility = group.Choice<GroupVisibility>("visibility"),
            Tags = group.Texts("tags"),
            Status = group.Choice<GroupStatus>("status"),
            ExpiredOn = group.NamedDay("expired_on"),
            Reason = group.NamedText("reason"),
            Replacement = group.NamedText("replacement"),
            ServeReplacement = group.Flag("serve_replacement"),
            Mode = group.Choice<GroupMode>("mode"),
            Dialects = group.Names<Dialect>("dialects", "dialect", DialectNames.TryParse, ChannelReader.AllDialects),
            Multiplier = group.Number("multiplier"),
            Models = group.Texts("models"),
            AutoTier = group.Int("auto_tier"),
            HasQuota = quota.IsNamed ? quota.Value is not null : null,
            Limits = LimitsReader.Read(group, "a group"),
            Policy = PolicyReader.Read(group),
            Channels = group.Sections("channels", "a channel of a group") is { } members ? [.. members.Select(ReadMember)] : null,
        };
        return new DeclaredGroup(draft, quota.Value);
    }

    /// <summary>The budget that an operator tops up; null = none.</summary>
    public static Named<decimal?> Quota(YamlSection section)
    {
        var quota = section.NamedNumber("quota_usd");
        if (quota.Value is < 0 || quota.Value > LedgerBook.MaxAmount.ToUsd())
        {
            section.Report("quota_usd", $"must be from 0 to {LedgerBook.MaxAmount.ToUsd():0}");
        }

        return quota;
    }

    private static MemberDraft ReadMember(YamlSection member)
    {
        var draft = new MemberDraft(member.RequiredText("channel"), member.Int("priority") ?? 0, member.Int("weight") ?? 10);
        member.Done();
        return draft;
    }

    private static AutoDraft ReadAuto(YamlSection auto)
    {
        var draft = new AutoDraft(
            auto.Texts("order"),
            auto.Sections("rules", "a rule of auto") is { } rules ? [.. rules.Select(ReadRule)] : null);
        auto.Done();
        return draft;
    }

    private static AutoRule ReadRule(YamlSection rule)
    {
        var read = new AutoRule(rule.Text("model") ?? "*", rule.Texts("groups") ?? [])
        {
            Dialects = rule.Names<Dialect>("dialects", "dialect", DialectNames.TryParse, ChannelReader.AllDialects) ?? [],
            Clients = rule.Texts("clients") ?? [],
            Tags = rule.Texts("tags") ?? [],
        };
        rule.Done();
        return read;
    }

    private static DeclaredUser ReadUser(YamlSection user) => new(
        new UserDraft
        {
            Email = user.RequiredText("email"),
            Role = user.Choice<Role>("role"),
            Tags = user.Texts("tags"),
            Multiplier = user.Number("multiplier"),
            Enabled = user.Flag("enabled"),
            Limits = LimitsReader.Read(user, "a user"),
        },
        LimitsReader.Usd(user, "balance_usd")?.ToUsd());

    private static KeyDraft ReadKey(YamlSection key)
    {
        var expiresAt = key.NamedText("expires_at");
        return new KeyDraft
        {
            Name = key.RequiredText("name"),
            User = key.RequiredText("user"),
            Secret = key.Text("secret"),
            Groups = key.Texts("groups"),
            CrossGroupFailover = key.Flag("cross_group_failover"),
            Models = key.Texts("models"),
            Multiplier = key.Number("multiplier"),
            Limits = LimitsReader.Read(key, "a key"),
            ExpiresAt = expiresAt.IsNamed ? new Named<DateTime?>(key.Moment("expires_at")) : default,
            Enabled = key.Flag("enabled"),
        };
    }

    private static RouteSettingsDraft ReadSettings(YamlSection settings)
    {
        var draft = new RouteSettingsDraft
        {
            FallbackPrice = PriceReader.ReadOne(settings, "fallback_price"),
            MaxAttempts = settings.Int("max_attempts", least: 1) is { } attempts ? new Named<int?>(attempts) : default,
        };
        settings.Done();
        return draft;
    }
}
