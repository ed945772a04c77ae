using System.Collections.Immutable;

namespace AioHub.Core.Import.NewApi;

/// <summary>What an installation of new-api had, as its tables say it; nothing is judged yet. Money is in its own unit, <see cref="NewApiOptions.QuotaPerUsd"/> to a dollar.</summary>
public sealed record NewApiContent
{
    public ImmutableArray<NewApiChannel> Channels { get; init; } = [];
    public ImmutableArray<NewApiUser> Users { get; init; } = [];
    public ImmutableArray<NewApiToken> Tokens { get; init; } = [];
    public ImmutableArray<NewApiCode> Codes { get; init; } = [];
    /// <summary>Rows of <c>options</c>: only what an operator ever saved; the rest is built into its version.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;
    /// <summary>False: the source does not give channels' keys out.</summary>
    public bool HasSecrets { get; init; } = true;
    /// <summary>What the source could not give.</summary>
    public ImmutableArray<ImportNote> Gaps { get; init; } = [];
}

/// <summary>A row of <c>channels</c>; texts that were NULL are empty.</summary>
public sealed record NewApiChannel
{
    public required long Id { get; init; }
    public long Type { get; init; }
    public string Name { get; init; } = "";
    public string Key { get; init; } = "";
    /// <summary>1 = enabled, 2 = disabled by hand, 3 = disabled by itself.</summary>
    public long Status { get; init; } = 1;
    public long Weight { get; init; }
    /// <summary>The highest comes first.</summary>
    public long Priority { get; init; }
    public string BaseUrl { get; init; } = "";
    public string Other { get; init; } = "";
    public string OtherInfo { get; init; } = "";
    /// <summary>With commas between them, as <see cref="Group"/>.</summary>
    public string Models { get; init; } = "";
    public string Group { get; init; } = "";
    public string ModelMapping { get; init; } = "";
    public string StatusCodeMapping { get; init; } = "";
    public bool AutoBan { get; init; } = true;
    public string Tag { get; init; } = "";
    public string Setting { get; init; } = "";
    public string Settings { get; init; } = "";
    public string ParamOverride { get; init; } = "";
    public string HeaderOverride { get; init; } = "";
    public string Remark { get; init; } = "";
    public string ChannelInfo { get; init; } = "";
    public string Organization { get; init; } = "";
    public string TestModel { get; init; } = "";

    /// <summary>Never the key.</summary>
    public override string ToString() => $"channel {Id} '{Name}'";
}

/// <summary>A row of <c>users</c>.</summary>
public sealed record NewApiUser
{
    public required long Id { get; init; }
    public string Username { get; init; } = "";
    public string Email { get; init; } = "";
    /// <summary>1 = user, 10 = administrator, 100 = root.</summary>
    public long Role { get; init; } = 1;
    /// <summary>1 = enabled, 2 = disabled.</summary>
    public long Status { get; init; } = 1;
    public long Quota { get; init; }
    /// <summary>Rewards that were not moved to the balance yet.</summary>
    public long RewardQuota { get; init; }
    public string Group { get; init; } = "";
    public bool Deleted { get; init; }

    public override string ToString() => $"user {Id} '{Username}'";
}

/// <summary>A row of <c>tokens</c>.</summary>
public sealed record NewApiToken
{
    public required long Id { get; init; }
    public long UserId { get; init; }
    /// <summary>Without <c>sk-</c>.</summary>
    public string Key { get; init; } = "";
    /// <summary>1 = enabled, 2 = disabled, 3 = expired, 4 = used up.</summary>
    public long Status { get; init; } = 1;
    public string Name { get; init; } = "";
    /// <summary>Unix seconds; -1 = never.</summary>
    public long ExpiredTime { get; init; } = -1;
    public long RemainQuota { get; init; }
    public bool Unlimited { get; init; }
    public bool ModelLimitsEnabled { get; init; }
    public string ModelLimits { get; init; } = "";
    public string AllowIps { get; init; } = "";
    /// <summary>Empty = the user's; <c>auto</c> = a list.</summary>
    public string Group { get; init; } = "";
    public bool CrossGroupRetry { get; init; }
    /// <summary>A JSON array; empty = everybody's list.</summary>
    public string AutoGroups { get; init; } = "";
    public bool Deleted { get; init; }

    /// <summary>Never the key.</summary>
    public override string ToString() => $"token {Id} '{Name}'";
}

/// <summary>A row of <c>redemptions</c>.</summary>
public sealed record NewApiCode(long Id, string Name, long Status, long Quota, bool Deleted);
