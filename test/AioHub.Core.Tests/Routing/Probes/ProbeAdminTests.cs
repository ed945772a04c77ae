using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Routing.Probes;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;
using AioHub.Wire.Vocabulary;

namespace AioHub.Core.Tests.Routing.Probes;

public sealed class SqliteProbeAdminTests() : ProbeAdminTests(DatabaseEngine.Sqlite);

public sealed class PostgresProbeAdminTests() : ProbeAdminTests(DatabaseEngine.Postgres);

/// <summary>What probes found is kept; only what is clear and applied counts for routing.</summary>
public abstract class ProbeAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private ProbeAdmin Probes => new(Database, Time);

    [Fact]
    public async Task Only_what_is_clear_and_applied_counts_and_an_unclear_probe_takes_nothing_away()
    {
        var server = await StartAsync();
        var id = server.Channel("up").Id;
        (await Probes.NoteAsync(Note(id, apply: false, (Needs.Images, ProbeVerdict.Cannot), (Needs.Tools, ProbeVerdict.Can)), Cancellation)).Any.ShouldBeFalse();
        await server.RefreshAsync();
        server.Channel("up").Probed.ShouldBeEmpty();

        var report = await Probes.NoteAsync(Note(id, apply: true, (Needs.Images, ProbeVerdict.Cannot), (Needs.Tools, ProbeVerdict.Can), (Needs.Audio, ProbeVerdict.Unknown)), Cancellation);
        report.Changes.ShouldBe(["m.images: none → false", "m.tools: none → true"]);
        await server.RefreshAsync();
        ProbedCapability[] counted = [new("m", "m-up", Needs.Images, false, new DateOnly(2026, 11, 22)), new("m", "m-up", Needs.Tools, true, new DateOnly(2026, 11, 22))];
        server.Channel("up").Probed.ShouldBe(counted);

        (await Probes.NoteAsync(Note(id, apply: true, (Needs.Images, ProbeVerdict.Unknown), (Needs.Tools, ProbeVerdict.Unknown)), Cancellation)).Any.ShouldBeFalse();
        await server.RefreshAsync();
        server.Channel("up").Probed.ShouldBe(counted);
        var noted = await Probes.ListAsync("up", Cancellation);
        noted.Select(static record => (record.Finding.Capability, record.Finding.Verdict, record.Applied)).ShouldBe(
            [(Needs.Tools, ProbeVerdict.Unknown, true), (Needs.Images, ProbeVerdict.Unknown, false), (Needs.Audio, ProbeVerdict.Unknown, null)]);
        (noted[0].Credential, noted[0].Finding.Reason.Length, noted[0].AppliedAt).ShouldBe(("a", 200, Time.GetUtcNow().UtcDateTime));

        (await Probes.ForgetAsync("up", "other", Cancellation)).Any.ShouldBeFalse();
        (await Probes.ForgetAsync("up", "m", Cancellation)).Any.ShouldBeTrue();
        await server.RefreshAsync();
        server.Channel("up").Probed.ShouldBeEmpty();
        (await Probes.ListAsync(cancellation: Cancellation)).ShouldBeEmpty();
        await Should.ThrowAsync<AdminException>(() => Probes.ForgetAsync("nobody", null, Cancellation));
    }

    [Fact]
    public async Task Another_upstream_behind_the_channel_makes_them_void_and_other_changes_do_not()
    {
        var server = await StartAsync();
        var note = Note(server.Channel("up").Id, apply: true, (Needs.Images, ProbeVerdict.Cannot));
        await Probes.NoteAsync(note, Cancellation);
        await Channels.UpsertAsync(new ChannelDraft { Name = "up", BaseUrl = "http://127.0.0.1:9100/v1/", Limits = new Limits { Rpm = 3 }, Capabilities = new Dictionary<Needs, bool>() }, cancellation: Cancellation);
        await server.RefreshAsync();
        server.Channel("up").Probed.Length.ShouldBe(1);
        (await Channels.UpsertAsync(new ChannelDraft { Name = "up", BaseUrl = "http://127.0.0.1:9200/v1" }, cancellation: Cancellation)).Changes.ShouldContain("probes: − 1");
        await server.RefreshAsync();
        server.Channel("up").Probed.ShouldBeEmpty();

        await Probes.NoteAsync(note, Cancellation);
        await Channels.RemoveAsync("up", cancellation: Cancellation);
        (await Probes.ListAsync(cancellation: Cancellation)).ShouldBeEmpty();
        await Should.ThrowAsync<AdminException>(() => Probes.NoteAsync(note, Cancellation));
    }

    [Fact]
    public async Task The_cheapest_model_that_the_channel_names_is_probed_and_a_bare_star_names_none()
    {
        var server = await StartAsync();
        var named = server.Channel("up") with { Models = ["gpt-4o*", "text-embedding-*"] };
        ProbeTarget.Cheapest(named, server.Catalog.Current, Time.GetUtcNow().UtcDateTime).First().Model.Id.ShouldBe("gpt-4o-mini");
        ProbeTarget.Cheapest(named with { Models = ["*"] }, server.Catalog.Current, Time.GetUtcNow().UtcDateTime).ShouldBeEmpty();
        ProbeTarget.Find(named, server.Catalog.Current, "GPT-4o-mini")!.UpstreamModel.ShouldBe("gpt-4o-mini");
        ProbeTarget.Find(named, server.Catalog.Current, "claude-opus-4-7").ShouldBeNull();
        ProbeTarget.Find(named with { Models = ["mine"] }, server.Catalog.Current, "mine")!.Model.Id.ShouldBe("mine");
    }

    private async Task<Directories> StartAsync()
    {
        await SeedAsync();
        await Channels.UpsertAsync(new ChannelDraft
        {
            Name = "up", Type = "openai-compatible", BaseUrl = "http://127.0.0.1:9100/v1", AllowPrivateNetwork = true, Credentials = [new CredentialDraft("a", "sk-secret-of-a-0001")],
        }, cancellation: Cancellation);
        var server = NewDirectories();
        await server.LoadAsync();
        return server;
    }

    private static ProbeNote Note(ChannelId channel, bool apply, params (Needs Need, ProbeVerdict Verdict)[] findings) =>
        new(channel, "m", "m-up", "a", [.. findings.Select(static finding => new ProbeFinding(finding.Need, finding.Verdict, new string('r', 300)))], apply);
}
