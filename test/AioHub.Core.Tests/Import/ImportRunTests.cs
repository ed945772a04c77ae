using AioHub.Core.Identity;
using AioHub.Core.Import;
using AioHub.Core.Import.NewApi;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;

namespace AioHub.Core.Tests.Import;

public sealed class ImportRunOnSqliteTests() : ImportRunTests(DatabaseEngine.Sqlite);

public sealed class ImportRunOnPostgresTests() : ImportRunTests(DatabaseEngine.Postgres);

public abstract class ImportRunTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private const string Secret = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV";

    private LedgerBook Ledger => new(Database, Time);

    private static NewApiContent Content { get; } = new()
    {
        Options = new Dictionary<string, string> { ["GroupRatio"] = """{"default":1,"vip":0.5}""", ["ModelRatio"] = """{"my-model":1}""", ["CompletionRatio"] = """{"my-model":3}""" },
        Channels = [new NewApiChannel { Id = 3, Type = 1, Name = "main", Key = "k1\nk2", Models = "my-model", Group = "default,vip", Tag = "EU 1", Remark = "ours" }],
        Users = [new NewApiUser { Id = 5, Username = "ann", Email = "ann@example.com", Quota = 5_000_000 }, new NewApiUser { Id = 6, Username = "debt", Email = "debt@example.com", Quota = -500_000 }],
        Tokens = [new NewApiToken { Id = 1, UserId = 5, Key = Secret, Name = "laptop", RemainQuota = 1_000_000, Group = "vip" }],
    };

    [Fact]
    public async Task ASecondRunChangesNothing()
    {
        await SeedAsync();
        var dry = await ImportAsync(Content, dryRun: true);
        dry.Moved.ShouldBe(NanoUsd.FromUsd(9));
        (await Identity.ListUsersAsync(Cancellation)).ShouldNotContain(static user => user.Email == "ann@example.com");

        var first = await ImportAsync(Content);

        first.Changes.Select(static one => one.What).ShouldBe(dry.Changes.Select(static one => one.What));
        first.Moved.ShouldBe(NanoUsd.FromUsd(9));
        (await BalanceAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(10));
        (await BalanceAsync("debt@example.com")).ShouldBe(NanoUsd.FromUsd(-1));
        var directories = NewDirectories();
        await directories.LoadAsync();
        directories.Keys.Find("sk-" + Secret).ShouldNotBeNull().Groups.ShouldBe(["vip"]);
        var channel = directories.Channel("main");
        channel.Credentials.Select(static one => one.Secret).ShouldBe(["k1", "k2"]);
        channel.Tags.ShouldBe(["eu-1", "new-api:3"]);
        directories.Catalog.Current.Find("my-model")!.PriceAt(Time.GetUtcNow().UtcDateTime)!.Rates.Output.ShouldBe(6m);

        var second = await ImportAsync(Content);
        second.Changes.ShouldBeEmpty();
        second.Moved.ShouldBe(NanoUsd.Zero);
        (await BalanceAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(10));
    }

    [Fact]
    public async Task MoneyMovesOnceWhateverTheSourceSaysLater()
    {
        await ImportAsync(Content);
        var later = Content with
        {
            Users = [Content.Users[0] with { Quota = 90_000_000, Email = "ann@example.com" }, Content.Users[1] with { Email = "new@example.com" }],
            Tokens = [Content.Tokens[0] with { RemainQuota = 77_000_000 }],
        };

        var report = await ImportAsync(later);

        report.Moved.ShouldBe(NanoUsd.Zero);
        (await BalanceAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(10));
        (await BalanceAsync("new@example.com")).ShouldBe(NanoUsd.Zero);
        (await Identity.ListKeysAsync(cancellation: Cancellation)).Single().Key.Limits.Total.ShouldBe(NanoUsd.FromUsd(2));
        report.Notes.ShouldContain(static note => note.What == "user 5 'ann'" && note.Reason.Contains("brought over before as 10.000000000 USD and stands at 180.000000000 USD", StringComparison.Ordinal));
        report.Notes.ShouldContain(static note => note.What == "user 6 'debt'" && note.Reason.Contains("brought over before, to wallet", StringComparison.Ordinal));

        // Another installation's user 5 is another person.
        var other = await ImportAsync(Content with { Users = [Content.Users[0]], Tokens = [], Channels = [] }, origin: "second");
        other.Moved.ShouldBe(NanoUsd.FromUsd(10));
        (await BalanceAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(20));
    }

    [Fact]
    public async Task WhatIsRefusedIsNamedAndTheRestComesOver()
    {
        var content = Content with { Channels = [Content.Channels[0], new NewApiChannel { Id = 4, Type = 41, Name = "vertex", Key = """{"client_email":"a@b.iam","private_key":"none"}""", Models = "g", Group = "vip" }] };

        var report = await ImportAsync(content);

        report.Notes.ShouldContain(static note => note.Kind == ImportNoteKind.Left && note.What == "channel vertex" && note.Reason.Contains("service account", StringComparison.Ordinal));
        (await Groups.ListAsync(Cancellation)).Single(static one => one.Group.Name == "vip").Channels.Select(static one => one.Channel).ShouldBe(["main"]);
        (await ImportAsync(content)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatWasMadeByHandStays()
    {
        await ImportAsync(Content);
        await Channels.UpsertAsync(new ChannelDraft { Name = "main", Settings = new Dictionary<string, string> { ["cooldown"] = "off" }, Notes = "mine", Tags = ["new-api:3", "eu-1", "by-hand"] }, cancellation: Cancellation);
        await Channels.SetCredentialAsync("main", new CredentialDraft("extra", "k3"), cancellation: Cancellation);
        await Channels.UpsertAsync(new ChannelDraft { Name = "own", Type = "sandbox" }, cancellation: Cancellation);
        await Groups.SetMembersAsync("vip", [new MemberDraft("main"), new MemberDraft("own", 50, 3)], cancellation: Cancellation);

        await ImportAsync(Content with { Channels = [Content.Channels[0] with { Name = "renamed", Remark = "" }] });

        var main = (await Channels.ListAsync(Cancellation)).Single(static one => one.Channel.Name == "main");
        main.Channel.Settings["cooldown"].ShouldBe("off");
        main.Channel.Notes.ShouldBe("mine");
        main.Channel.Tags.ShouldBe(["by-hand", "eu-1", "new-api:3"]);
        main.Credentials.Select(static one => one.Name).ShouldBe(["key-1", "key-2", "extra"]);
        (await Groups.ListAsync(Cancellation)).Single(static one => one.Group.Name == "vip").Channels.ShouldContain(new MemberDraft("own", 50, 3));
    }

    [Fact]
    public async Task WhoIsHereKeepsTheirRole()
    {
        await Identity.CreateUserAsync(new UserDraft { Email = "ann@example.com", Role = Role.Owner }, cancellation: Cancellation);
        await ImportAsync(Content with { Users = [Content.Users[0] with { Status = 2, Role = 1 }] });
        var ann = (await Identity.ListUsersAsync(Cancellation)).Single();
        (ann.Role, ann.Enabled).ShouldBe((Role.Owner, true));
    }

    /// <summary>Of the page's import: money is never moved twice, whatever happens to it.</summary>
    [Fact]
    public async Task AnImportThatIsCancelledOrRefusedOrRunTwiceAtOnceMovesMoneyOnce()
    {
        await SeedAsync();
        var import = new NewApiImport(Database, Master, Time, new ImportRun(Database, Catalog, Channels, Identity, Groups, Ledger));
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var steps = new List<int>();
        await Should.ThrowAsync<OperationCanceledException>(() => import.RunAsync(Content, new NewApiWish(), dryRun: false, (done, of) =>
        {
            steps.Add(done);
            if (done == of)
            {
                // The last draft is written, nothing is committed.
                leaving.Cancel();
            }
        }, cancellation: leaving.Token));
        steps.ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        await Should.ThrowAsync<InvalidOperationException>(() => import.RunAsync(Content, new NewApiWish(), dryRun: false, agree: static _ => throw new InvalidOperationException("crashed"), cancellation: Cancellation));
        (await Identity.ListUsersAsync(Cancellation)).ShouldNotContain(static user => user.Email == "ann@example.com");

        // Both plans are made of a hub that has nothing yet.
        var state = await ImportState.ReadAsync(Database, Master, Time, Cancellation);
        var (one, other) = (NewApiPlanner.Plan(Content, state), NewApiPlanner.Plan(Content, state));
        var run = new ImportRun(Database, Catalog, Channels, Identity, Groups, Ledger);
        var reports = await Task.WhenAll(run.RunAsync(one, "one", dryRun: false, cancellation: Cancellation), run.RunAsync(other, "other", dryRun: false, cancellation: Cancellation));

        reports.Select(static report => report.Moved).Order().ShouldBe([NanoUsd.Zero, NanoUsd.FromUsd(9)]);
        (await BalanceAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(10));
        (await BalanceAsync("debt@example.com")).ShouldBe(NanoUsd.FromUsd(-1));
        (await import.RunAsync(Content, new NewApiWish(), dryRun: false, cancellation: Cancellation)).Changes.ShouldBeEmpty();
        (await BalanceAsync("ann@example.com")).ShouldBe(NanoUsd.FromUsd(10));
        await Should.ThrowAsync<AdminException>(() => import.RunAsync(Content, new NewApiWish("A B"), dryRun: true, cancellation: Cancellation));
    }

    [Fact]
    public async Task TheHoldBookIsToldOfMoneyAfterItIsCommitted()
    {
        var told = new List<NanoUsd>();
        var ledger = new LedgerBook(Database, Time, async _ => told.Add(await BalanceAsync("ann@example.com")));
        var import = new NewApiImport(Database, Master, Time, new ImportRun(Database, Catalog, Channels, Identity, Groups, ledger));
        await import.RunAsync(Content, new NewApiWish(), dryRun: true, cancellation: Cancellation);
        told.ShouldBeEmpty();
        await import.RunAsync(Content, new NewApiWish(), dryRun: false, cancellation: Cancellation);
        told.ShouldBe([NanoUsd.FromUsd(10)]);
    }

    private async Task<ImportReport> ImportAsync(NewApiContent content, bool dryRun = false, string origin = NewApiPlanner.DefaultOrigin)
    {
        var state = await ImportState.ReadAsync(Database, Master, Time, Cancellation);
        return await new ImportRun(Database, Catalog, Channels, Identity, Groups, Ledger).RunAsync(NewApiPlanner.Plan(content, state, origin), "test", dryRun, cancellation: Cancellation);
    }

    private async Task<NanoUsd> BalanceAsync(string email) =>
        await Ledger.BalanceAsync(AccountRef.Wallet((await Identity.ListUsersAsync(Cancellation)).Single(user => user.Email == email).Id), Cancellation);
}
