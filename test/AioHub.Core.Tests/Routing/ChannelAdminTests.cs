using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Routing;

public sealed class SqliteChannelAdminTests() : ChannelAdminTests(DatabaseEngine.Sqlite);

public sealed class PostgresChannelAdminTests() : ChannelAdminTests(DatabaseEngine.Postgres);

public abstract class ChannelAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private static readonly System.Text.Json.JsonSerializerOptions AsDownloaded = new() { WriteIndented = true };

    private static readonly ChannelDraft Draft = new()
    {
        Name = "ch-1",
        Type = "openai-compatible",
        BaseUrl = "http://127.0.0.1:9100/v1/",
        Dialects = [Dialect.OpenAiChat],
        AllowPrivateNetwork = true,
        Credentials = [new CredentialDraft("a", "sk-secret-of-a-0001"), new CredentialDraft("b", "sk-secret-of-b-0002", Enabled: false)],
        Models = ["claude-*", "*"],
        ModelMap = new Dictionary<string, string>(StringComparer.Ordinal) { ["claude-opus-4-7"] = "claude-opus-4.7" },
        Capabilities = new Dictionary<Needs, bool> { [Needs.Documents] = false, [Needs.Tools] = true },
        Limits = new Limits { Rpm = 60, Tpm = 100_000, Concurrency = 8 },
        Timeouts = new ChannelTimeouts(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)),
        Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu" },
    };

    [Fact]
    public async Task Secrets_of_several_parts_are_kept_in_one_line_and_shown_by_what_is_no_secret()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var file = System.Text.Json.JsonSerializer.Serialize(
            new { type = "service_account", project_id = "my-project", private_key = key.ExportPkcs8PrivateKeyPem(), client_email = "hub-of-ours@my-project.iam.gserviceaccount.com" },
            AsDownloaded);
        var vertex = new ChannelDraft { Name = "vertex", Type = "vertex", Credentials = [new CredentialDraft("a", file)] };
        var azure = new ChannelDraft
        {
            Name = "azure", Type = "azure", BaseUrl = "https://name.openai.azure.com", Credentials = [new CredentialDraft("a", new EntraClient("tenant-1", "client-of-the-hub-1", "secret-1").ToSecret())],
        };
        foreach (var draft in new[] { vertex, azure })
        {
            await Channels.UpsertAsync(draft, cancellation: Cancellation);
            (await Channels.UpsertAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        }

        await server.RefreshAsync();
        GoogleServiceAccount.Read(server.Channel("vertex").Credentials[0].Secret).ShouldNotBeNull().PrivateKey.ShouldBe(key.ExportPkcs8PrivateKeyPem());
        server.Channel("vertex").Credentials[0].Secret.ShouldNotContain("\n");
        EntraClient.Read(server.Channel("azure").Credentials[0].Secret).ShouldBe(new EntraClient("tenant-1", "client-of-the-hub-1", "secret-1"));
        (await Channels.ListAsync(Cancellation)).Where(static one => one.Channel.Name is "azure" or "vertex").SelectMany(static one => one.Credentials)
            .Select(static one => one.MaskedSecret).ShouldBe(["cli…ub-1", "hub….com"]);

        var wrong = await Should.ThrowAsync<AdminException>(() => Channels.UpsertAsync(
            azure with { Credentials = [new CredentialDraft("a", """{"tenant_id":"t","client_secret":"very-secret"}""")] }, cancellation: Cancellation));
        wrong.Message.ShouldContain("tenant_id");
        wrong.Message.ShouldNotContain("very-secret");
    }

    [Fact]
    public async Task Every_member_of_a_draft_reaches_the_table()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        (await Channels.UpsertAsync(Draft, cancellation: Cancellation)).Created.ShouldBeTrue();
        await server.RefreshAsync();
        var channel = server.Channel("ch-1");
        (channel.Type, channel.Enabled, channel.BaseUrl, channel.AllowPrivateNetwork)
            .ShouldBe((ChannelType.OpenAiCompatible, true, new Uri("http://127.0.0.1:9100/v1"), true));
        channel.Dialects.ShouldBe([Dialect.OpenAiChat]);
        channel.Models.ShouldBe(["claude-*", "*"]);
        channel.UpstreamModel("claude-opus-4-7").ShouldBe("claude-opus-4.7");
        channel.Capabilities[Needs.Documents].ShouldBeFalse();
        channel.Capabilities[Needs.Tools].ShouldBeTrue();
        channel.Limits.ShouldBe(Draft.Limits);
        channel.Timeouts.ShouldBe(Draft.Timeouts);
        channel.Settings["region"].ShouldBe("eu");
        channel.Credentials.Select(static credential => (credential.Name, credential.Secret, credential.Enabled))
            .ShouldBe([("a", "sk-secret-of-a-0001", true), ("b", "sk-secret-of-b-0002", false)]);
        channel.Credentials[0].ToString().ShouldBe("a");

        (await Channels.UpsertAsync(Draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Channels.UpsertAsync(new ChannelDraft { Name = "ch-1" }, cancellation: Cancellation)).Any.ShouldBeFalse();
    }

    [Fact]
    public async Task Capabilities_of_models_are_kept_beside_those_of_the_channel()
    {
        var draft = Draft with { CapabilitiesByModel = [new ModelCapabilities("gpt-4*", Needs.Images, Needs.Audio), new ModelCapabilities("claude-*", Needs.None, Needs.Documents | Needs.Tools)] };
        await Channels.UpsertAsync(draft, cancellation: Cancellation);
        (await Channels.UpsertAsync(draft, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Channels.UpsertAsync(Draft with { Capabilities = null }, cancellation: Cancellation)).Any.ShouldBeFalse("what a draft does not name stays");
        var channel = (await Channels.ListAsync(Cancellation)).Single().Channel;
        channel.CapabilitiesByModel.ShouldBe([draft.CapabilitiesByModel.Value[1], draft.CapabilitiesByModel.Value[0]]);
        channel.Capabilities.Count.ShouldBe(2);
        var changed = await Channels.UpsertAsync(Draft with { Capabilities = new Dictionary<Needs, bool>(), CapabilitiesByModel = [] }, cancellation: Cancellation);
        changed.Changes.ShouldBe(["""capabilities: {"documents":false,"tools":true,"claude-*":{"tools":false,"documents":false},"gpt-4*":{"images":true,"audio":false}} → {}"""]);
    }

    [Theory]
    [InlineData("off", null, true, null)]
    [InlineData("OFF", null, true, null)]
    [InlineData("on", "90s", false, 90)]
    [InlineData(null, "5m", false, 300)]
    [InlineData(null, "744h", false, 2_678_400)]
    [InlineData(null, "7", false, 7)]
    public async Task How_a_channel_rests_is_a_setting(string? cooldown, string? longest, bool never, int? seconds)
    {
        var settings = new Dictionary<string, string>();
        if (cooldown is not null)
            settings["cooldown"] = cooldown;
        if (longest is not null)
            settings["cooldown_longest"] = longest;
        await Channels.UpsertAsync(Draft with { Settings = settings }, cancellation: Cancellation);
        var channel = (await Channels.ListAsync(Cancellation)).Single().Channel;
        (channel.NeverRests, channel.LongestRest?.TotalSeconds).ShouldBe((never, seconds));
    }

    [Fact]
    public async Task A_price_of_credits_is_set_kept_and_taken_away()
    {
        await SeedAsync();
        var server = NewDirectories();
        await server.LoadAsync();
        await Channels.UpsertAsync(Draft, cancellation: Cancellation);
        await PriceIsAsync(null);
        (await Channels.UpsertAsync(Draft with { CreditPrice = 0.04m }, cancellation: Cancellation)).Changes.ShouldBe(["credit_price: none → 0.040000000"]);
        await PriceIsAsync(40_000_000);
        (await Channels.UpsertAsync(Draft with { CreditPrice = 0.0400m }, cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Channels.UpsertAsync(Draft, cancellation: Cancellation)).Any.ShouldBeFalse("what a draft does not name stays");
        await Channels.UpsertAsync(Draft with { CreditPrice = 0m }, cancellation: Cancellation);
        await PriceIsAsync(0);
        await Channels.UpsertAsync(Draft with { CreditPrice = new Named<decimal?>(null) }, cancellation: Cancellation);
        await PriceIsAsync(null);
        foreach (var wrong in new[] { -0.01m, 1000.000000001m, 0.0000000001m })
            await Should.ThrowAsync<AdminException>(() => Channels.UpsertAsync(Draft with { CreditPrice = wrong }, cancellation: Cancellation));

        async Task PriceIsAsync(long? nano)
        {
            await server.RefreshAsync();
            server.Channel("ch-1").CreditPrice?.Value.ShouldBe(nano ?? -1);
            server.Channel("ch-1").CreditPrice.HasValue.ShouldBe(nano.HasValue);
        }
    }

    [Fact]
    public async Task Secrets_go_in_and_never_come_out()
    {
        var report = await Channels.UpsertAsync(Draft, cancellation: Cancellation);
        var listing = (await Channels.ListAsync(Cancellation)).ShouldHaveSingleItem();
        listing.Channel.Credentials.ShouldBeEmpty();
        listing.Credentials.Select(static credential => credential.MaskedSecret).ShouldBe(["sk-…0001", "sk-…0002"]);
        string.Join('\n', report.Changes).ShouldNotContain("secret-of");
        report = await Channels.SetCredentialAsync("ch-1", new CredentialDraft("a", "sk-another-secret-0003"), cancellation: Cancellation);
        report.Changes.ShouldBe(["credentials.a.secret: changed"]);
        (await Channels.SetCredentialAsync("ch-1", new CredentialDraft("a", "sk-another-secret-0003"), cancellation: Cancellation)).Any.ShouldBeFalse();
        (await Channels.SetCredentialAsync("ch-1", new CredentialDraft("a", Secret: null), cancellation: Cancellation)).Any.ShouldBeFalse();
        await using var reader = await HubReader.OpenAsync(Database, consistent: false, Cancellation);
        var stored = await reader.ReadAsync("SELECT \"Secret\" FROM credentials", static row => row.GetString(0), Cancellation);
        stored.ShouldAllBe(static text => text.StartsWith("v1.", StringComparison.Ordinal) && !text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Named_credentials_replace_all_and_keep_their_ids()
    {
        await Channels.UpsertAsync(Draft, cancellation: Cancellation);
        var before = (await Channels.ListAsync(Cancellation))[0].Credentials;
        var report = await Channels.UpsertAsync(
            new ChannelDraft { Name = "ch-1", Credentials = [new CredentialDraft("b", null), new CredentialDraft("c", "sk-secret-of-c-0004")] }, cancellation: Cancellation);
        report.Changes.ShouldBe(["credentials: − a", "credentials.b.enabled: false → true", "credentials: + c"]);
        var after = (await Channels.ListAsync(Cancellation))[0].Credentials;
        after.Select(static credential => credential.Name).ShouldBe(["b", "c"]);
        after[0].Id.ShouldBe(before[1].Id);
        await Channels.RemoveCredentialAsync("ch-1", "c", cancellation: Cancellation);
        await Should.ThrowAsync<AdminException>(() => Channels.RemoveCredentialAsync("ch-1", "c", cancellation: Cancellation));
        // Local servers need none at all.
        await Channels.RemoveCredentialAsync("ch-1", "b", cancellation: Cancellation);
        (await Channels.ListAsync(Cancellation))[0].Credentials.ShouldBeEmpty();
        await Channels.UpsertAsync(new ChannelDraft { Name = "ch-2", Type = "openai", Credentials = [new CredentialDraft("a", "s")] }, cancellation: Cancellation);
        await Should.ThrowAsync<AdminException>(() => Channels.RemoveCredentialAsync("ch-2", "a", cancellation: Cancellation));
    }

    [Fact]
    public async Task A_dry_run_keeps_nothing()
    {
        (await Channels.UpsertAsync(Draft, dryRun: true, cancellation: Cancellation)).Created.ShouldBeTrue();
        (await Channels.ListAsync(Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_channel_is_switched_off_and_removed_from_every_group()
    {
        await SeedAsync(("OPENAI_API_KEY", "sk-upstream"));
        await Channels.SetEnabledAsync("openai", enabled: false, cancellation: Cancellation);
        (await Channels.SetEnabledAsync("openai", enabled: false, cancellation: Cancellation)).Any.ShouldBeFalse();
        var server = NewDirectories();
        await server.LoadAsync();
        server.Channel("openai").Enabled.ShouldBeFalse();
        (await Channels.ListAsync(Cancellation)).Single(static listing => listing.Channel.Name == "codex").Groups.ShouldBe(["codex", "codex-passthrough"]);
        await Channels.RemoveAsync("codex", cancellation: Cancellation);
        await server.RefreshAsync();
        server.Table.Channels.ShouldNotContain(static channel => channel.Name == "codex");
        server.Table.FindGroup("codex")!.Members.ShouldHaveSingleItem();
        await Should.ThrowAsync<AdminException>(() => Channels.RemoveAsync("codex", cancellation: Cancellation));
    }

    [Fact]
    public async Task A_damaged_credential_is_left_out_and_told()
    {
        await Channels.UpsertAsync(Draft, cancellation: Cancellation);
        await using (var context = Database.CreateContext())
        {
            var row = context.Set<CredentialRow>().Single(static credential => credential.Name == "a");
            row.Secret = context.Set<CredentialRow>().Single(static credential => credential.Name == "b").Secret;
            await context.SaveChangesAsync(Cancellation);
        }

        var server = NewDirectories();
        (await server.LoadAsync()).Warnings.ShouldHaveSingleItem().ShouldContain("'a'");
        server.Channel("ch-1").Credentials.ShouldHaveSingleItem().Name.ShouldBe("b");
        (await Channels.SetCredentialAsync("ch-1", new CredentialDraft("a", "sk-secret-of-a-0001"), cancellation: Cancellation)).Any.ShouldBeTrue();
        (await server.RefreshAsync()).Warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_channels_are_refused_with_the_field()
    {
        (await FieldsAsync(new ChannelDraft { Name = "x" })).ShouldBe(["type"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "magic" })).ShouldBe(["type"]);
        (await FieldsAsync(new ChannelDraft { Name = "x y", Type = "openai" })).ShouldBe(["name", "credentials"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "openai-compatible", Credentials = [new CredentialDraft("a", "s")] })).ShouldBe(["base_url"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "openai-compatible", Settings = new Dictionary<string, string> { ["preset"] = "nobody" } })).ShouldBe(["settings.preset", "base_url"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "openai-compatible", Settings = new Dictionary<string, string> { ["preset"] = "vllm" } })).ShouldBe(["base_url"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "openai-compatible", Settings = new Dictionary<string, string> { ["preset"] = "mistral" }, Dialects = [Dialect.AnthropicMessages] })).ShouldBe(["dialects"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "kiro", Credentials = [new CredentialDraft("a", "s")], Settings = new Dictionary<string, string> { ["hosts"] = "somewhere" } })).ShouldBe(["settings.hosts"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "anthropic", Credentials = [new CredentialDraft("a", "s")], Dialects = [Dialect.Gemini] })).ShouldBe(["dialects"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "openai", Credentials = [new CredentialDraft("a", null), new CredentialDraft("a", "s\n")] }))
            .ShouldBe(["credentials.secret", "credentials.secret", "credentials"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "sandbox", Limits = new Limits { Rpm = 0, Tpm = 0, Concurrency = 0 }, Timeouts = new ChannelTimeouts(TimeSpan.Zero) }))
            .ShouldBe(["limits.rpm", "limits.tpm", "limits.concurrency", "timeouts.connect_ms"]);
        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "sandbox", Settings = new Dictionary<string, string> { ["context_window"] = "200k" } })).ShouldBe(["settings.context_window"]);
        foreach (var (name, value) in new[] { ("cooldown", "never"), ("cooldown", ""), ("cooldown_longest", "0s"), ("cooldown_longest", "500ms"), ("cooldown_longest", "soon"), ("cooldown_longest", "745h") })
        {
            (await FieldsAsync(new ChannelDraft { Name = "x", Type = "sandbox", Settings = new Dictionary<string, string> { [name] = value } })).ShouldBe([$"settings.{name}"], value);
        }

        (await FieldsAsync(new ChannelDraft { Name = "x", Type = "sandbox", CapabilitiesByModel = [new ModelCapabilities("a b", Needs.Tools, Needs.None)] })).ShouldBe(["capabilities"]);
        foreach (var url in new[] { "ftp://x", "nonsense", "http://user:pw@x", "https://x/?a=b", "https://x/#f", "" })
        {
            (await FieldsAsync(new ChannelDraft { Name = "x", Type = "sandbox", BaseUrl = url })).ShouldBe(["base_url"]);
        }

        async Task<IEnumerable<string>> FieldsAsync(ChannelDraft draft) =>
            (await Should.ThrowAsync<AdminException>(() => Channels.UpsertAsync(draft, cancellation: Cancellation))).Problems.Select(static problem => problem.Field);
    }
}
