using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Host.Home;
using AioHub.Wire.Vocabulary;

namespace AioHub.Host.Configuration;

/// <summary>
/// The configuration as the tree of such a file. Of models only what differs from the built-in catalogue, so that an export goes on following it;
/// balances are the ledger's and secrets nobody's.
/// </summary>
internal static class ConfigurationExport
{
    public static async Task<JsonObject> ReadAsync(HubHome home, CancellationToken cancellation)
    {
        var groups = new JsonArray();
        foreach (var listing in await home.Groups.ListAsync(cancellation))
        {
            groups.Add((JsonNode)GroupOf(listing, await QuotaAsync(home, listing.Group.HasQuota, AccountRef.Quota(listing.Group.Id), cancellation)));
        }

        var auto = await home.Groups.ReadAutoAsync(cancellation);
        var placeholders = new Placeholders();
        var channels = new JsonArray();
        foreach (var listing in await home.Channels.ListAsync(cancellation))
        {
            channels.Add((JsonNode)ChannelOf(listing, await QuotaAsync(home, listing.Channel.HasQuota, AccountRef.Budget(listing.Channel.Id), cancellation), placeholders));
        }

        return new JsonObject
        {
            ["version"] = 1,
            ["groups"] = groups,
            ["auto"] = new JsonObject
            {
                ["order"] = Texts(auto.Order),
                ["rules"] = new JsonArray([.. auto.Rules.Select(RuleOf)]),
            },
            ["channels"] = channels,
            ["models"] = ModelsOf(await home.Models.ListAsync(cancellation)),
            ["users"] = new JsonArray([.. (await home.Identity.ListUsersAsync(cancellation)).Select(UserOf)]),
            ["keys"] = new JsonArray([.. (await home.Identity.ListKeysAsync(cancellation: cancellation))
                .Where(static key => key.RevokedAt is null)
                .OrderBy(static key => key.OwnerEmail, StringComparer.Ordinal).ThenBy(static key => key.Key.Name, StringComparer.Ordinal)
                .Select(KeyOf)]),
            ["settings"] = SettingsOf(await home.RouteSettings.ReadAsync(cancellation)),
        };
    }

    /// <summary>What files have put in altogether; null = the owner has no quota.</summary>
    private static async Task<decimal?> QuotaAsync(HubHome home, bool has, AccountRef account, CancellationToken cancellation) =>
        has ? (await home.Ledger.SumAsync(account, ConfigurationChange.LedgerReason, cancellation: cancellation)).ToUsd() : null;

    private static JsonNode RuleOf(AutoRule rule)
    {
        var written = new JsonObject { ["model"] = Text(rule.Model) };
        Add("dialects", rule.Dialects.Select(DialectNames.Of));
        Add("clients", rule.Clients);
        Add("tags", rule.Tags);
        written["groups"] = Texts(rule.Groups);
        return written;

        void Add(string name, IEnumerable<string> texts)
        {
            if (texts.Any())
            {
                written[name] = Texts(texts);
            }
        }
    }

    private static JsonObject GroupOf(GroupListing listing, decimal? quota)
    {
        var group = listing.Group;
        var json = new JsonObject
        {
            ["name"] = group.Name,
            ["display_name"] = Text(group.DisplayName),
            ["common_use"] = Text(group.CommonUse),
            ["notes"] = Text(group.Notes),
            ["visibility"] = Name(group.Visibility),
            ["tags"] = Texts(group.Tags),
            ["status"] = Name(group.Status),
        };
        if (group.Status == GroupStatus.Expired || group.ExpiredOn is not null)
        {
            json["expired_on"] = group.ExpiredOn is { } day ? Day(day) : null;
        }

        if (group.Status != GroupStatus.Active || group.ExpiredOn is not null)
        {
            json["reason"] = Text(group.Reason);
        }

        json["replacement"] = group.Replacement;
        json["serve_replacement"] = group.ServeReplacement;
        json["mode"] = Name(group.Mode);
        json["dialects"] = Texts(group.Dialects.Select(DialectNames.Of));
        json["multiplier"] = Short(group.Multiplier);
        json["models"] = Texts(group.Models);
        json["auto_tier"] = group.AutoTier;
        if (!group.IsAuto)
        {
            PolicyReader.Write(json, group.Policy);
            json["limits"] = LimitsReader.Write(group.Limits);
            json["quota_usd"] = quota is { } usd ? Short(usd) : null;
            json["channels"] = new JsonArray([.. listing.Channels
                .OrderBy(static member => member.Priority).ThenBy(static member => member.Channel, StringComparer.Ordinal)
                .Select(static member => new JsonObject { ["channel"] = member.Channel, ["priority"] = member.Priority, ["weight"] = member.Weight })]);
            json["prices"] = new JsonArray([.. group.Prices.All.Select(PriceOf)]);
        }

        return json;
    }

    private static JsonObject PriceOf(GroupPrice price)
    {
        var json = new JsonObject { ["model"] = Text(price.Model) };
        foreach (var (name, value) in (JsonObject)JsonNode.Parse(PriceJson.Write(price.Row))!)
        {
            json[name] = value?.DeepClone();
        }

        return json;
    }

    private static JsonObject ChannelOf(ChannelListing listing, decimal? quota, Placeholders placeholders)
    {
        var channel = listing.Channel;
        return new JsonObject
        {
            ["name"] = channel.Name,
            ["type"] = ChannelTypes.Of(channel.Type).Name,
            ["enabled"] = channel.Enabled,
            ["base_url"] = Text(channel.BaseUrl?.OriginalString),
            ["allow_private_network"] = channel.AllowPrivateNetwork,
            ["dialects"] = Texts(channel.Dialects.Select(DialectNames.Of)),
            ["credentials"] = new JsonArray([.. listing.Credentials.Select(credential => new JsonObject
            {
                ["name"] = credential.Name,
                ["secret"] = placeholders.For(channel.Name, credential.Name),
                ["enabled"] = credential.Enabled,
                ["limits"] = LimitsReader.Write(credential.Limits),
            })]),
            ["models"] = Texts(channel.Models),
            ["model_map"] = Map(channel.ModelMap, static value => Text(value)),
            ["capabilities"] = ChannelReader.Write(channel),
            ["limits"] = LimitsReader.Write(channel.Limits),
            ["cost_multiplier"] = Short(channel.CostMultiplier),
            ["credit_price"] = channel.CreditPrice is { } credit ? Short(credit.ToUsd()) : null,
            ["quota_usd"] = quota is { } usd ? Short(usd) : null,
            ["timeouts"] = Some(("connect", Span(channel.Timeouts.Connect)), ("first_byte", Span(channel.Timeouts.FirstByte)), ("idle", Span(channel.Timeouts.Idle))),
            ["proxy"] = channel.Proxy is { } proxy ? proxy.HasPassword ? Text(proxy.Written(password: null))!.GetValue<string>().Replace("@", $":{placeholders.For(channel.Name, "proxy_password")}@", StringComparison.Ordinal) : Text(proxy.Written(password: null)) : null,
            ["overrides"] = OverridesReader.Write(channel.Overrides, header => placeholders.For(channel.Name, header), Text),
            ["tags"] = Texts(channel.Tags),
            ["notes"] = Text(channel.Notes),
            ["test_model"] = Text(channel.TestModel),
            ["settings"] = new JsonObject(channel.Settings.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair =>
                KeyValuePair.Create<string, JsonNode?>(pair.Key, Placeholders.IsSecret(pair.Key) ? placeholders.For(channel.Name, pair.Key) : Text(pair.Value)))),
        };
    }

    private static JsonArray ModelsOf(IReadOnlyList<ModelInfo> models)
    {
        var present = models.Select(static model => model.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var builtin = BuiltinCatalog.Models.ToDictionary(static model => model.Id, StringComparer.OrdinalIgnoreCase);
        var removed = BuiltinCatalog.Models.Where(model => !present.Contains(model.Id))
            .Select(static model => new JsonObject { ["id"] = Text(model.Id), ["removed"] = true });
        return new JsonArray([.. models.Select(model => ModelOf(model, builtin.GetValueOrDefault(model.Id))).OfType<JsonObject>().Concat(removed)
            .OrderBy(static model => (string)model["id"]!, StringComparer.Ordinal)]);
    }

    /// <returns>Null when the model is the built-in one.</returns>
    private static JsonObject? ModelOf(ModelInfo model, ModelInfo? builtin)
    {
        var json = new JsonObject { ["id"] = Text(model.Id) };
        Differing("vendor", static model => Text(model.Vendor));
        Differing("display_name", static model => Text(model.DisplayName));
        Differing("kind", static model => Name(model.Kind));
        Differing("aliases", static model => Texts(model.Aliases));
        Differing("context_window", static model => model.ContextWindow);
        Differing("long_context_window", static model => model.LongContextWindow);
        Differing("max_output_tokens", static model => model.MaxOutputTokens);
        Differing("capabilities", static model => Texts(CapabilityNames.ListOf(model.Capabilities)));
        Differing("open_weights", static model => model.OpenWeights);
        Differing("released_on", static model => model.ReleasedOn is { } day ? Day(day) : null);
        Differing("prices", static model => new JsonArray([.. model.Prices.Select(static price => JsonNode.Parse(PriceJson.Write(price)))]));
        return json.Count > 1 || builtin is null ? json : null;

        void Differing(string key, Func<ModelInfo, JsonNode?> read)
        {
            var value = read(model);
            if (value is not null && (builtin is null || !JsonNode.DeepEquals(value, read(builtin))))
            {
                json[key] = value;
            }
        }
    }

    private static JsonObject UserOf(UserListing user) => new()
    {
        ["email"] = user.Email,
        ["role"] = Name(user.Role),
        ["tags"] = Texts(user.Tags),
        ["multiplier"] = Short(user.Multiplier),
        ["enabled"] = user.Enabled,
        ["limits"] = LimitsReader.Write(user.Limits),
    };

    private static JsonObject KeyOf(KeyListing listing)
    {
        var key = listing.Key;
        return new JsonObject
        {
            ["name"] = Text(key.Name),
            ["user"] = listing.OwnerEmail,
            ["groups"] = Texts(key.Groups),
            ["cross_group_failover"] = key.CrossGroupFailover,
            ["models"] = Texts(key.Models),
            ["multiplier"] = Short(key.Multiplier),
            ["limits"] = LimitsReader.Write(key.Limits),
            ["expires_at"] = key.ExpiresAt is { } moment ? moment.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture) : null,
            ["enabled"] = key.Enabled,
        };
    }

    private static JsonObject SettingsOf(RouteSettings settings)
    {
        var json = new JsonObject { ["max_attempts"] = settings.MaxAttempts, [LimitNames.Queue] = settings.Queue, [LimitNames.QueueWait] = Durations.Of(settings.QueueWait) };
        if (settings.FallbackPrice is { } price)
        {
            json["fallback_price"] = JsonNode.Parse(PriceJson.Write(price));
        }

        return json;
    }

    /// <summary>A text as it must stand in a file, where <c>${</c> means something.</summary>
    private static JsonNode? Text(string? text) => text?.Replace("${", "$${", StringComparison.Ordinal);

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static text => Text(text))]);

    private static JsonObject Map(IEnumerable<KeyValuePair<string, string>> map, Func<string, JsonNode?> value) =>
        new(map.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, value(pair.Value))));

    private static JsonObject Some(params ReadOnlySpan<(string Key, JsonNode? Value)> members)
    {
        var json = new JsonObject();
        foreach (var (key, value) in members)
        {
            if (value is not null)
            {
                json[key] = value;
            }
        }

        return json;
    }

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static JsonNode? Span(TimeSpan? span) => span is { } value ? Durations.Of(value) : null;

    // Without the zeros that a database column adds.
    private static decimal Short(decimal number) => number / 1.0000000000000000000000000000m;

    /// <summary>Names of environment variables that stand for secrets: <c>KIRO_1_A</c> for credential <c>a</c> of channel <c>kiro-1</c>.</summary>
    private sealed class Placeholders
    {
        private static readonly string[] SecretWords = ["secret", "token", "password", "private_key", "api_key", "access_key"];
        private readonly HashSet<string> _given = new(StringComparer.Ordinal);

        public static bool IsSecret(string setting) => SecretWords.Any(word => setting.Contains(word, StringComparison.OrdinalIgnoreCase));

        public string For(string channel, string name)
        {
            var plain = new string([.. $"{channel}_{name}".Select(static c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_')]);
            plain = char.IsAsciiDigit(plain[0]) ? "_" + plain : plain;
            var unique = plain;
            for (var i = 2; !_given.Add(unique); i++)
            {
                unique = $"{plain}_{i}";
            }

            return $"${{{unique}}}";
        }
    }
}
