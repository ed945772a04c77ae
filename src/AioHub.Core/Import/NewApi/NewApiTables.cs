using System.Collections.Immutable;
using AioHub.Core.Primitives;

namespace AioHub.Core.Import.NewApi;

/// <summary>Makes content of rows, whatever source they come from. Column names: new-api, model structures, read 2026-11-23; also those of its ancestor one-api.</summary>
internal sealed class NewApiTables
{
    /// <summary>Of all tables those that are read.</summary>
    public static ImmutableArray<string> Wanted { get; } = ["channels", "users", "tokens", "options", "redemptions"];

    private static readonly string[] Needed = ["channels", "users", "tokens", "options"];

    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<NewApiChannel> _channels = [];
    private readonly List<NewApiUser> _users = [];
    private readonly List<NewApiToken> _tokens = [];
    private readonly List<NewApiCode> _codes = [];
    private readonly Dictionary<string, string> _options = new(StringComparer.OrdinalIgnoreCase);

    public static bool IsWanted(string table) => Wanted.Contains(table, StringComparer.OrdinalIgnoreCase);

    /// <summary>The table is there, with rows or without.</summary>
    public void See(string table) => _seen.Add(table);

    /// <exception cref="AdminException">A column holds what it cannot hold.</exception>
    public void Add(NewApiRow row)
    {
        See(row.Table);
        switch (row.Table.ToLowerInvariant())
        {
            case "channels": _channels.Add(Channel(row)); break;
            case "users": _users.Add(User(row)); break;
            case "tokens": _tokens.Add(Token(row)); break;
            case "redemptions":
                _codes.Add(new NewApiCode(row.Number("id"), row.Text("name"), row.Number("status", 1), row.Number("quota", 0), IsDeleted(row)));
                break;
            case "options" when row.Has("key"): _options[row.Text("key")] = row.Text("value"); break;
            default: break;
        }
    }

    /// <summary>All rows, in the order of their ids.</summary>
    /// <param name="field">What the source is called in messages.</param>
    /// <exception cref="AdminException">A table is missing.</exception>
    public NewApiContent Build(string field)
    {
        var missing = Needed.Where(table => !_seen.Contains(table)).ToList();
        return missing.Count > 0
            ? throw new AdminException(field, $"holds no table {string.Join(", ", missing)}: it is not the database of a new-api (or one-api), or only a part of it; export the whole database again")
            : new NewApiContent
            {
                Channels = [.. _channels.OrderBy(static one => one.Id)],
                Users = [.. _users.OrderBy(static one => one.Id)],
                Tokens = [.. _tokens.OrderBy(static one => one.Id)],
                Codes = [.. _codes.OrderBy(static one => one.Id)],
                Options = _options,
            };
    }

    private static NewApiChannel Channel(NewApiRow row) => new()
    {
        Id = row.Number("id"),
        Type = row.Number("type", 0),
        Name = row.Text("name"),
        Key = row.Text("key"),
        Status = row.Number("status", 1),
        Weight = row.Number("weight", 0),
        Priority = row.Number("priority", 0),
        BaseUrl = row.Text("base_url").Trim(),
        Other = row.Text("other").Trim(),
        OtherInfo = row.Text("other_info"),
        Models = row.Text("models"),
        Group = row.Text("group"),
        ModelMapping = row.Text("model_mapping"),
        StatusCodeMapping = row.Text("status_code_mapping"),
        AutoBan = row.Flag("auto_ban", otherwise: true),
        Tag = row.Text("tag"),
        Setting = row.Text("setting"),
        Settings = row.Text("settings"),
        ParamOverride = row.Text("param_override"),
        HeaderOverride = row.Text("header_override"),
        Remark = row.Text("remark"),
        ChannelInfo = row.Text("channel_info"),
        Organization = row.Text("openai_organization"),
        TestModel = row.Text("test_model"),
    };

    private static NewApiUser User(NewApiRow row) => new()
    {
        Id = row.Number("id"),
        Username = row.Text("username"),
        Email = row.Text("email").Trim(),
        Role = row.Number("role", 1),
        Status = row.Number("status", 1),
        Quota = row.Number("quota", 0),
        RewardQuota = row.Number("aff_quota", 0),
        Group = row.Text("group"),
        Deleted = IsDeleted(row),
    };

    private static NewApiToken Token(NewApiRow row) => new()
    {
        Id = row.Number("id"),
        UserId = row.Number("user_id"),
        Key = row.Text("key").Trim(),
        Status = row.Number("status", 1),
        Name = row.Text("name"),
        ExpiredTime = row.Number("expired_time", -1),
        RemainQuota = row.Number("remain_quota", 0),
        Unlimited = row.Flag("unlimited_quota"),
        // one-api has a list alone, and it counts when it is not empty.
        ModelLimitsEnabled = row.Has("model_limits") ? row.Flag("model_limits_enabled") : row.Text("models").Length > 0,
        ModelLimits = row.Has("model_limits") ? row.Text("model_limits") : row.Text("models"),
        AllowIps = (row.Has("allow_ips") ? row.Text("allow_ips") : row.Text("subnet")).Trim(),
        Group = row.Text("group"),
        CrossGroupRetry = row.Flag("cross_group_retry"),
        AutoGroups = row.Text("auto_groups").Trim(),
        Deleted = IsDeleted(row),
    };

    private static bool IsDeleted(NewApiRow row) => row.Text("deleted_at").Length > 0;
}
