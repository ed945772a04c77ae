using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Import;
using AioHub.Core.Import.NewApi;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Overrides;

namespace AioHub.Core.Tests.Import.NewApi;

/// <summary>What becomes of what: content made by hand, no database.</summary>
public sealed class NewApiPlannerTests
{
    private const string Token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV";

    [Theory]
    [InlineData(1, "", "", "openai", null, null)]
    [InlineData(1, "https://api.openai.com/", "", "openai", null, null)]
    [InlineData(1, "https://relay.example.com", "", "openai-compatible", null, "https://relay.example.com")]
    [InlineData(1, "https://api.deepseek.com", "", "openai-compatible", "deepseek", null)]
    [InlineData(3, "https://r.openai.azure.com", "2024-10-21", "azure", null, "https://r.openai.azure.com")]
    [InlineData(4, "", "", "openai-compatible", "ollama", "http://localhost:11434")]
    [InlineData(8, "https://x.example.com/v1/chat/completions", "", "openai-compatible", null, "https://x.example.com/v1")]
    [InlineData(14, "", "", "anthropic", null, null)]
    [InlineData(14, "https://claude.example.com", "", "anthropic", null, "https://claude.example.com")]
    [InlineData(17, "", "", "openai-compatible", "qwen", null)]
    [InlineData(17, "https://dashscope-intl.aliyuncs.com", "", "openai-compatible", "dashscope-intl", null)]
    [InlineData(17, "https://proxy.example.com", "", "openai-compatible", "qwen", "https://proxy.example.com/compatible-mode/v1")]
    [InlineData(20, "", "", "openai-compatible", "openrouter", null)]
    [InlineData(24, "", "v1beta", "gemini", null, null)]
    [InlineData(26, "glm-coding-plan", "", "openai-compatible", "glm-coding", null)]
    [InlineData(27, "", "", "openai-compatible", null, "https://api.perplexity.ai")]
    [InlineData(39, "", "acc1", "openai-compatible", null, "https://api.cloudflare.com/client/v4/accounts/acc1/ai/v1")]
    [InlineData(43, "", "", "openai-compatible", "deepseek", null)]
    [InlineData(45, "doubao-coding-plan", "", "doubao", null, "https://ark.cn-beijing.volces.com/api/coding/v3")]
    [InlineData(48, "", "", "xai", null, null)]
    public void TypesAndAddresses(int type, string address, string other, string becomes, string? preset, string? url)
    {
        var draft = Plan(new NewApiContent { Channels = [One(type) with { BaseUrl = address, Other = other }] }).Channels.Single();
        draft.Type.ShouldBe(becomes);
        draft.BaseUrl.ShouldBe(new Named<string?>(url));
        draft.Settings!.GetValueOrDefault("preset").ShouldBe(preset);
        draft.Settings!.GetValueOrDefault("api_version").ShouldBe(type == 3 ? "2024-10-21" : null);
        draft.Enabled.ShouldBe(true);
    }

    [Theory]
    [InlineData(2, "", "type Midjourney")]
    [InlineData(57, "", "type Codex")]
    [InlineData(99, "", "its type 99 is unknown")]
    [InlineData(0, "", "its type 0 is unknown")]
    [InlineData(3, "", "names no address of an Azure resource")]
    [InlineData(6, "", "names no address")]
    [InlineData(1, "not an address", "its address 'not an address' is none")]
    public void WhatCannotComeIsNamedWithARemedy(int type, string address, string why)
    {
        var plan = Plan(new NewApiContent { Channels = [One(type) with { BaseUrl = address }] });
        plan.Channels.ShouldBeEmpty();
        var note = plan.Notes.Single(static one => one.What == "channel 1 'c'");
        note.Kind.ShouldBe(ImportNoteKind.Left);
        note.Reason.ShouldContain(why);
        note.Remedy.ShouldNotBeEmpty();
    }

    [Fact]
    public void KeysOfAChannelKeepTheirStates()
    {
        var plan = Plan(new NewApiContent
        {
            Channels =
            [
                One(1) with { Key = "a\nb\n\na\nc", ChannelInfo = """{"is_multi_key":true,"multi_key_status_list":{"1":2,"3":3}}""" },
                One(33) with { Id = 2, Key = "AKIA|shh|eu-west-1\nkey|us-east-1" },
                One(14) with { Id = 3, Key = "" },
            ],
        });
        plan.Channels[0].Credentials!.Value.Select(static one => (one.Name, one.Secret, one.Enabled)).ShouldBe([("key-1", "a", true), ("key-2", "b", false), ("key-4", "c", false)]);
        plan.Channels[1].Settings!["region"].ShouldBe("eu-west-1");
        AwsKeyPair.Read(plan.Channels[1].Credentials!.Value.Single().Secret!).ShouldBe(new AwsKeyPair("AKIA", "shh"));
        (plan.Channels[2].Enabled, plan.Channels[2].Credentials!.Value.Single().Enabled).ShouldBe((false, false));
        plan.Notes.ShouldContain(static note => note.What == "channel 1 'c'" && note.Reason.Contains("key 3 stands there twice", StringComparison.Ordinal));
        plan.Notes.ShouldContain(static note => note.What == "channel 2 'c'" && note.Reason.Contains("of region us-east-1", StringComparison.Ordinal));
        plan.Notes.ShouldContain(static note => note.What == "channel 3 'c'" && note.Reason.Contains("no key", StringComparison.Ordinal));
    }

    [Fact]
    public void MappingsAreFollowedToTheirEnd()
    {
        var plan = Plan(new NewApiContent { Channels = [One(1) with { Models = " a, b ,a,bad name,x*", ModelMapping = """{"a":"b","b":"c","s":"s","r1":"r2","r2":"r1","e":""}""" }] });
        var draft = plan.Channels.Single();
        draft.Models!.Value.ShouldBe(["a", "b"]);
        draft.ModelMap!.OrderBy(static pair => pair.Key).ShouldBe([KeyValuePair.Create("a", "c"), KeyValuePair.Create("b", "c")]);
        plan.Notes.Count(static note => note.Reason.Contains("in a circle", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public void OverridesComeOverWhereTheyCanBeSaid()
    {
        var plan = Plan(new NewApiContent
        {
            Channels =
            [
                One(1) with
                {
                    HeaderOverride = """{"X-Title":"hub","X-Api-Token":"t","X-Pass":"{client_header:X-Pass}","Authorization":"Bearer x"}""",
                    ParamOverride = """{"temperature":0.5,"max_tokens":9,"stop.0":"x","operations":[{"mode":"delete","path":"user"},{"mode":"move","from":"a.b","to":"c"},{"mode":"set","path":"k","value":1,"conditions":[{"path":"model"}]},{"mode":"regex_replace","path":"p"}]}""",
                    Organization = "org-1",
                },
            ],
        });
        var overrides = plan.Channels.Single().Overrides!;
        overrides.Headers.Select(static rule => (rule.Action, rule.Target, rule.Value, rule.IsSecret)).ShouldBe(
            [(OverrideAction.Set, "x-title", "hub", false), (OverrideAction.Set, "x-api-token", "t", true), (OverrideAction.Set, "openai-organization", "org-1", false)]);
        overrides.Body.Select(static rule => rule.ToString()).ShouldBe(["set temperature: 0.5", "remove user", "rename a.b to c"]);
        var left = plan.Notes.Where(static note => note.What == "channel 1 'c'").Select(static note => note.Reason).ToList();
        foreach (var word in new[] { "X-Pass", "Authorization", "max_tokens", "stop.0", "set k", "regex_replace" })
        {
            left.ShouldContain(reason => reason.Contains(word, StringComparison.Ordinal), word);
        }
    }

    [Fact]
    public void ProxiesComeOverAndAWrongOneDisables()
    {
        var plan = Plan(new NewApiContent
        {
            Channels =
            [
                One(1) with { Setting = """{"proxy":"socks5://u:p@proxy.example.com:1080","force_format":true,"system_prompt":""}""" },
                One(1) with { Id = 2, Setting = """{"proxy":"ftp://x"}""" },
            ],
        });
        plan.Channels[0].Proxy.Value.ShouldBe("socks5://u:p@proxy.example.com:1080");
        (plan.Channels[1].Enabled, plan.Channels[1].Proxy.IsNamed).ShouldBe((false, false));
        plan.Notes.ShouldContain(static note => note.Reason.StartsWith("setting.force_format", StringComparison.Ordinal));
        plan.Notes.ShouldNotContain(static note => note.Reason.Contains("system_prompt", StringComparison.Ordinal));
    }

    [Fact]
    public void GroupsHaveTheirChannelsInAscendingOrder()
    {
        var plan = Plan(new NewApiContent
        {
            Options = new Dictionary<string, string>
            {
                ["GroupRatio"] = """{"default":1,"VIP 组":0.5,"auto":1,"bad":-1}""",
                ["UserUsableGroups"] = """{"default":"for all","bad":"x"}""",
                ["GroupGroupRatio"] = """{"VIP 组":{"default":0.8}}""",
            },
            Channels =
            [
                One(1) with { Group = "default,VIP 组", Priority = 10, Weight = 5000 },
                One(1) with { Id = 2, Group = "default", Priority = 10, Weight = 2500 },
                One(1) with { Id = 3, Group = "default", Priority = -5 },
            ],
            Users = [new NewApiUser { Id = 1, Username = "v", Email = "v@example.com", Group = "VIP 组" }],
        });
        var normal = plan.Groups.Single(static one => one.Name == "default");
        normal.Channels!.Value.ShouldBe([new MemberDraft("c", 0, 1000), new MemberDraft("c-2", 0, 500), new MemberDraft("c-3", 10, 10)]);
        (normal.Multiplier, normal.CommonUse, normal.Visibility).ShouldBe((1m, "for all", null));
        var vip = plan.Groups.Single(static one => one.Name == "vip");
        (vip.Multiplier, vip.DisplayName, vip.Visibility).ShouldBe((0.5m, "VIP 组", GroupVisibility.Restricted));
        // Whoever belongs to a group that is not for all gets in by its tag.
        plan.Users.Single().Draft.Tags!.Value.ShouldBe(vip.Tags!.Value);
        plan.Groups.Single(static one => one.Name == "bad").Status.ShouldBe(GroupStatus.Paused);
        plan.Groups.ShouldNotContain(static one => one.Name.StartsWith("auto", StringComparison.Ordinal));
        plan.Notes.ShouldContain(static note => note.What.StartsWith("option GroupGroupRatio", StringComparison.Ordinal) && note.Reason.Contains("0.8", StringComparison.Ordinal));
    }

    [Fact]
    public void TokensKeepTheirSecrets()
    {
        var plan = Plan(new NewApiContent
        {
            Options = new Dictionary<string, string> { ["AutoGroups"] = """["vip","default","gone"]""", ["GroupRatio"] = """{"default":1,"vip":2}""" },
            Users = [new NewApiUser { Id = 1, Username = "a", Email = "A@Example.com", Group = "vip" }, new NewApiUser { Id = 2, Username = "gone", Deleted = true }],
            Tokens =
            [
                Of(1, "1") with { Name = "n", RemainQuota = 1_000_000, ExpiredTime = 1_800_000_000, ModelLimitsEnabled = true, ModelLimits = "gpt-5,claude-x" },
                Of(2, "2") with { Name = "n", Unlimited = true, Group = "auto", CrossGroupRetry = true, AllowIps = "10.0.0.0/8" },
                Of(3, "3") with { Name = "own", Unlimited = true, Group = "auto", AutoGroups = """["default"]""", Status = 2 },
                Of(4, "4") with { Name = "empty", RemainQuota = -7 },
                Of(5, "5") with { Name = "none", Unlimited = true, ModelLimitsEnabled = true },
                Of(6, "6") with { Name = "lost", Unlimited = true, Group = "nowhere", UserId = 2 },
                Of(7, "1") with { Name = "twin", Unlimited = true },
                Of(8, "8") with { Name = "masked", Key = "abcd**********wxyz", Unlimited = true },
                Of(9, "9") with { Name = "deleted", Deleted = true },
            ],
        });
        var keys = plan.Keys.ToDictionary(static key => key.Name);
        keys.Keys.ShouldBe(["n", "n #2", "own", "empty", "none"]);
        var first = keys["n"];
        (first.User, first.Secret, first.Enabled).ShouldBe(("a@example.com", "sk-1" + Token[1..], true));
        first.Limits!.Total.ShouldBe(new NanoUsd(2 * NanoUsd.PerUsd));
        first.ExpiresAt.Value.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000).UtcDateTime);
        first.Groups!.Value.ShouldBe(["vip"]);
        first.Models!.Value.ShouldBe(["gpt-5", "claude-x"]);
        keys["n #2"].Groups!.Value.ShouldBe(["vip", "default"]);
        (keys["n #2"].CrossGroupFailover, keys["n #2"].Limits).ShouldBe((true, null));
        (keys["own"].Enabled, keys["own"].Groups!.Value.Single()).ShouldBe((false, "default"));
        // Neither may a key that had nothing left spend, nor one that could call nothing call all.
        (keys["empty"].Enabled, keys["none"].Enabled).ShouldBe((false, false));
        foreach (var (what, why) in new[]
        {
            ("token 2 'n'", "bound to addresses (10.0.0.0/8)"), ("token 2 'n'", "group 'gone'"), ("token 4 'empty'", "more than its quota"), ("token 5 'none'", "no model at all"), ("token 6 'lost'", "its user 2 is deleted"),
            ("token 7 'twin'", "same key as token 1 'n'"), ("token 8 'masked'", "masked"), ("deleted tokens", "1 tokens"),
        })
        {
            plan.Notes.ShouldContain(note => note.What == what && note.Reason.Contains(why, StringComparison.Ordinal), what + ": " + why);
        }
    }

    [Fact]
    public void AKeyThatIsHereIsFoundByItsSecret()
    {
        var content = new NewApiContent
        {
            Users = [new NewApiUser { Id = 1, Username = "a", Email = "a@example.com" }],
            Tokens = [Of(1, "1") with { Name = "new name", RemainQuota = 5 }, Of(2, "2") with { Unlimited = true }, Of(3, "3") with { Unlimited = true }],
        };
        var plan = Plan(content, State with
        {
            KeyOf = secret => secret[3] switch
            {
                '1' => new KnownKey("a@example.com", "old name", Revoked: false),
                '2' => new KnownKey("a@example.com", "over", Revoked: true),
                _ => new KnownKey("b@example.com", "theirs", Revoked: false),
            },
        });
        // Its limit counts what was spent here: the source's remainder is of another time.
        (plan.Keys.Single().Name, plan.Keys.Single().Limits).ShouldBe(("old name", null));
        plan.Notes.ShouldContain(static note => note.What == "token 2 ''" && note.Reason.Contains("was revoked here", StringComparison.Ordinal));
        plan.Notes.ShouldContain(static note => note.What == "token 3 ''" && note.Reason.Contains("'theirs' of b@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public void UsersBringTheirMoney()
    {
        var plan = Plan(
            new NewApiContent
            {
                Options = new Dictionary<string, string> { ["QuotaPerUnit"] = "1000000" },
                Users =
                [
                    new NewApiUser { Id = 1, Username = "Root", Email = "root@example.com", Role = 100, Quota = 1_500_001 },
                    new NewApiUser { Id = 2, Username = "Ann B", Role = 10, Quota = -2_000_000, Status = 2 },
                    new NewApiUser { Id = 3, Username = "twin", Email = "ROOT@example.com", RewardQuota = 1_000_000 },
                    new NewApiUser { Id = 4, Username = "here", Email = "here@example.com", Role = 100, Status = 2, Quota = long.MaxValue },
                ],
            },
            State with { Users = [new UserListing(new UserId(9), "here@example.com", Role.User, ["x"], Enabled: true, State.Now)] });
        plan.Users.Select(static user => (user.Draft.Email, user.Draft.Role, user.Draft.Enabled, user.Balance.Value)).ShouldBe(
        [
            ("root@example.com", Role.Owner, true, 1_500_001_000), ("ann-b@new-api.invalid", Role.Operator, false, -2_000_000_000), ("twin@new-api.invalid", Role.User, true, 0),
            ("here@example.com", null, null, 0),
        ]);
        plan.Users[3].Draft.Tags!.Value.ShouldBe(["x"]);
        plan.Users.Select(static user => user.LedgerKey).ShouldBeUnique();
        foreach (var (what, why) in new[]
        {
            ("user 2 'Ann B'", "below zero (-2 USD)"), ("user 2 'Ann B'", "has no e-mail address"), ("user 3 'twin'", "shares root@example.com"), ("user 3 'twin'", "1 USD of rewards"),
            ("user 4 'here'", "is here already as user"), ("user 4 'here'", "more than one entry moves"), ("passwords", "no password"),
        })
        {
            plan.Notes.ShouldContain(note => note.What == what && note.Reason.Contains(why, StringComparison.Ordinal), what + ": " + why);
        }
    }

    [Fact]
    public void RatiosBecomePricesWhereTheCatalogueSaysOtherwise()
    {
        var state = State with
        {
            Catalog = new ModelCatalog(
            [
                Model("same", new Rates { Input = 2.5m, Output = 10m, CacheRead = 1.25m }), Model("dearer", new Rates { Input = 1m, Output = 4m, CacheRead = 0.1m, CacheWrite5m = 1.25m }),
                Model("listed", new Rates { Input = 1m, Output = 2m }), Model("picture", new Rates { Input = 5m, Output = 5m }) with { Kind = ModelKind.Image },
            ]),
        };
        var plan = Plan(
            new NewApiContent
            {
                Channels = [One(1) with { Models = "same,dearer,listed,picture,mine,each,unknown,minus,tiered" }],
                Options = new Dictionary<string, string>
                {
                    ["ModelRatio"] = """{"same":1.25,"dearer":1,"mine":0.0375,"not-offered":5,"minus":-1,"tiered":1}""",
                    ["CompletionRatio"] = """{"same":4,"dearer":5}""",
                    ["CacheRatio"] = """{"same":0.5,"dearer":0.25}""",
                    ["ModelPrice"] = """{"each":0.01,"picture":0.04}""",
                    ["billing_setting.billing_mode"] = """{"tiered":"tiered_expr"}""",
                },
            },
            state);
        var rows = plan.Models.ToDictionary(static model => model.Id, static model => model.Prices!.Value.Single());
        rows.Keys.ShouldBe(["dearer", "each", "mine", "picture"]);
        rows["dearer"].Rates.ShouldBe(new Rates { Input = 2m, Output = 10m, CacheRead = 0.5m, CacheWrite5m = 2.5m, CacheWrite1h = 4m });
        rows["mine"].Rates.ShouldBe(new Rates { Input = 0.075m, Output = 0.075m });
        rows["each"].PerRequest.ShouldBe(0.01m);
        rows["picture"].PerImage.Single().ShouldBe(new ImagePrice(null, null, 0.04m));
        foreach (var (what, why) in new[]
        {
            ("1 models", "listed have no ratio"), ("2 models", "minus, unknown have no price"), ("model minus", "below zero"), ("model tiered", "an expression"), ("model mine", "CompletionRatio was never saved"),
        })
        {
            plan.Notes.ShouldContain(note => note.What == what && note.Reason.Contains(why, StringComparison.Ordinal), what + ": " + why);
        }
    }

    [Theory]
    [InlineData("QuotaPerUnit", "0")]
    [InlineData("GroupRatio", "{\"a\":\"x\"}")]
    [InlineData("ModelRatio", "[1]")]
    [InlineData("ModelPrice", "{")]
    public void OptionsThatMoneyIsMadeOfMustBeReadable(string option, string value) =>
        Should.Throw<AdminException>(() => Plan(new NewApiContent { Options = new Dictionary<string, string> { [option] = value } })).Message.ShouldContain("options." + option);

    [Fact]
    public void UnusedCodesAreNamedWithTheirWorth()
    {
        var plan = Plan(new NewApiContent { Codes = [new(1, "june", 1, 500_000, false), new(2, "june", 1, 500_000, false), new(3, "june", 3, 500_000, false), new(4, "june", 1, 500_000, true)] });
        plan.Notes.Single(static note => note.What.Contains("june", StringComparison.Ordinal)).ShouldSatisfyAllConditions(
            static note => note.What.ShouldBe("2 unused redemption codes 'june'"), static note => note.Remedy.ShouldContain("--count 2 --usd 1 "));
    }

    [Fact]
    public void TheSameGivesTheSame()
    {
        var content = new NewApiContent { Channels = [One(1), One(1) with { Id = 2 }], Users = [new NewApiUser { Id = 1, Username = "a" }], Tokens = [Of(1, "1") with { Unlimited = true }] };
        var (one, other) = (Plan(content), Plan(content));
        one.Channels.Select(static channel => channel.Name).ShouldBe(other.Channels.Select(static channel => channel.Name));
        one.Notes.ShouldBe(other.Notes);
    }

    private static ImportState State { get; } = new() { Now = new DateTime(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc) };

    private static NewApiChannel One(long type) => new() { Id = 1, Type = type, Name = "c", Key = "secret", Models = "m", Group = "default" };

    private static NewApiToken Of(long id, string first) => new() { Id = id, UserId = 1, Key = first + Token[1..] };

    private static ModelInfo Model(string id, Rates rates) => new()
    {
        Id = id,
        Vendor = "v",
        DisplayName = id,
        Prices = [new PriceRow { Version = id, From = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc), Rates = rates }],
    };

    private static ImportPlan Plan(NewApiContent content, ImportState? state = null) => NewApiPlanner.Plan(content, state ?? State);
}
