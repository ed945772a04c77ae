using AioHub.Core.Identity;
using AioHub.Core.Identity.SignIn;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Core.Tests.Storage;

namespace AioHub.Core.Tests.Identity.SignIn;

public sealed class SqliteSessionAdminTests() : SessionAdminTests(DatabaseEngine.Sqlite);

public sealed class PostgresSessionAdminTests() : SessionAdminTests(DatabaseEngine.Postgres);

public abstract class SessionAdminTests(DatabaseEngine engine) : OnDatabase(engine)
{
    private const string Owner = "owner@localhost";

    private SessionAdmin Sessions => new(Database, Master, Time);

    private SignInAdmin SignIns => new(Database, Master, Identity, Time);

    [Fact]
    public async Task A_link_lets_in_once_however_many_try()
    {
        await SeedAsync();
        var secret = await Sessions.MakeLinkAsync(Owner, cancellation: Cancellation);
        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => new SessionAdmin(Open(), Master, Time).UseLinkAsync(secret, Cancellation), Cancellation)));
        found.Count(static user => user is not null).ShouldBe(1);
        (await Sessions.UseLinkAsync(secret, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_newer_link_ends_the_former_and_a_disabled_user_gets_none()
    {
        await SeedAsync();
        var former = await Sessions.MakeLinkAsync(Owner, cancellation: Cancellation);
        await Sessions.MakeLinkAsync(Owner, cancellation: Cancellation);
        (await Sessions.UseLinkAsync(former, Cancellation)).ShouldBeNull();
        await Identity.CreateUserAsync(new UserDraft { Email = "gone@example.com", Enabled = false }, cancellation: Cancellation);
        (await Should.ThrowAsync<AdminException>(() => Sessions.MakeLinkAsync("gone@example.com", cancellation: Cancellation))).Problems[0].Field.ShouldBe("email");
    }

    [Fact]
    public async Task A_session_is_out_at_once_when_it_or_its_user_is_ended()
    {
        await SeedAsync();
        var owner = (await SignIns.FindAsync(Owner, Cancellation))!.User;
        var first = await Sessions.OpenAsync(owner, SessionStage.Full, "192.0.2.1", "a browser", Cancellation);
        var second = await Sessions.OpenAsync(owner, SessionStage.Full, null, null, Cancellation);
        var known = (await Sessions.FindSessionAsync(first, Cancellation))!;
        (known.Email, known.Role, known.Scopes).ShouldBe((Owner, Role.Owner, null));
        (await Sessions.EndAsync(owner, only: known.Session, cancellation: Cancellation)).ShouldBe(1);
        (await Sessions.FindSessionAsync(first, Cancellation)).ShouldBeNull();
        (await Sessions.FindSessionAsync(second, Cancellation)).ShouldNotBeNull();
        await Identity.UpdateUserAsync(new UserDraft { Email = Owner, Enabled = false }, cancellation: Cancellation);
        (await Sessions.FindSessionAsync(second, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Nothing_that_opens_a_door_stands_in_the_database()
    {
        await SeedAsync();
        var owner = (await SignIns.FindAsync(Owner, Cancellation))!.User;
        var session = await Sessions.OpenAsync(owner, SessionStage.Full, null, null, Cancellation);
        (await Sessions.FindTokenAsync(session, Cancellation)).ShouldBeNull();
        var token = await Sessions.MakeTokenAsync(owner, "ci", [Scopes.MeRead], null, Cancellation);
        token.Secret.ShouldStartWith("aha_");
        (await Sessions.FindTokenAsync(token.Secret, Cancellation))!.Scopes!.Value.ShouldBe([Scopes.MeRead]);
        (await Sessions.FindSessionAsync(token.Secret, Cancellation)).ShouldBeNull();
        (await Sessions.RemoveTokenAsync(new UserId(4711), token.Token.Id, Cancellation)).ShouldBeFalse();
        (await Sessions.RemoveTokenAsync(owner, token.Token.Id, Cancellation)).ShouldBeTrue();
        (await Sessions.FindTokenAsync(token.Secret, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Tries_that_race_are_all_counted_and_lock_the_user()
    {
        await SeedAsync();
        var owner = (await SignIns.FindAsync(Owner, Cancellation))!.User;
        await SignIns.SetPasswordAsync(owner, "hash", keepSession: null, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, SignInAdmin.MostFailedTries - 1).Select(_ => Task.Run(() => new SignInAdmin(Open(), Master, Identity, Time).FailedAsync(owner, Cancellation), Cancellation)));
        var known = (await SignIns.FindAsync(Owner, Cancellation))!;
        (known.FailedTries, known.LockedUntil).ShouldBe((SignInAdmin.MostFailedTries - 1, null));
        await SignIns.FailedAsync(owner, Cancellation);
        (await SignIns.FindAsync(Owner, Cancellation))!.LockedUntil.ShouldNotBeNull();
        await SignIns.SucceededAsync(owner, Cancellation);
        (await SignIns.FindAsync(Owner, Cancellation))!.LockedUntil.ShouldBeNull();
    }

    [Fact]
    public async Task A_code_and_a_recovery_code_count_once()
    {
        await SeedAsync();
        var owner = (await SignIns.FindAsync(Owner, Cancellation))!.User;
        await SignIns.OfferTotpAsync(owner, "JBSWY3DPEHPK3PXP", Cancellation);
        (await SignIns.FindAsync(Owner, Cancellation))!.TotpOn.ShouldBeFalse();
        await SignIns.TurnTotpOnAsync(owner, ["AAAA-BBBB", "CCCC-DDDD"], Cancellation);
        var known = (await SignIns.FindAsync(Owner, Cancellation))!;
        (known.TotpOn, known.TotpSecret).ShouldBe((true, "JBSWY3DPEHPK3PXP"));
        (await SignIns.TakeTotpStepAsync(owner, 100, Cancellation)).ShouldBeTrue();
        (await SignIns.TakeTotpStepAsync(owner, 100, Cancellation)).ShouldBeFalse();
        (await SignIns.TakeTotpStepAsync(owner, 99, Cancellation)).ShouldBeFalse();
        (await SignIns.UseRecoveryCodeAsync(owner, "aaaabbbb", Cancellation)).ShouldBeTrue();
        (await SignIns.UseRecoveryCodeAsync(owner, "AAAA-BBBB", Cancellation)).ShouldBeFalse();
        (await SignIns.CountRecoveryCodesAsync(owner, Cancellation)).ShouldBe(1);
    }

    [Fact]
    public async Task An_invitation_makes_one_user_and_only_of_its_address()
    {
        await SeedAsync();
        var (_, secret) = await Sessions.InviteAsync("New@Example.com", Role.Operator, Cancellation);
        (await Should.ThrowAsync<AdminException>(() => SignIns.SignUpAsync("other@example.com", "hash", null, secret, Cancellation))).Problems[0].Field.ShouldBe("invitation");
        var user = await SignIns.SignUpAsync("new@example.com", "hash", "Ann", secret, Cancellation);
        (await SignIns.FindAsync(user, Cancellation))!.Role.ShouldBe(Role.Operator);
        (await Should.ThrowAsync<AdminException>(() => SignIns.SignUpAsync("new@example.com", "hash", null, secret, Cancellation))).Problems[0].Field.ShouldBe("invitation");
    }

    [Fact]
    public async Task A_set_up_that_is_refused_leaves_everything_as_it_was()
    {
        await SeedAsync();
        await Identity.CreateUserAsync(new UserDraft { Email = "taken@example.com" }, cancellation: Cancellation);
        var owner = (await SignIns.FindAsync(Owner, Cancellation))!.User;
        var session = (await Sessions.FindSessionAsync(await Sessions.OpenAsync(owner, SessionStage.SetUp, null, null, Cancellation), Cancellation))!.Session!.Value;
        await Should.ThrowAsync<AdminException>(() => SignIns.SetUpAsync(owner, "taken@example.com", "hash", "Ann", session, Cancellation));
        (await SignIns.FindAsync(Owner, Cancellation))!.PasswordHash.ShouldBeNull();
        await SignIns.SetUpAsync(owner, "ann@example.com", "hash", "Ann", session, Cancellation);
        var known = (await SignIns.FindAsync("ann@example.com", Cancellation))!;
        (known.User, known.PasswordHash, known.Name, known.Confirmed).ShouldBe((owner, "hash", "Ann", true));
    }
}
