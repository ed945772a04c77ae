using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using AioHub.Core.Alerts;
using AioHub.Core.Ledger;
using AioHub.Core.Primitives;
using AioHub.Core.Storage;
using AioHub.Host.Alerting;
using AioHub.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace AioHub.Host.Tests.Alerting;

/// <summary>The couriers against a mail server and an HTTP receiver that are really there.</summary>
public sealed class CouriersTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HubDatabase _database;

    public CouriersTests() => _database = HubDatabase.Open(null, _folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mail_comes_in_the_readers_language_as_text_and_html_with_a_link_and_the_same_id_in_each_try()
    {
        await using var server = new SmtpReceiver(new SmtpManners { Refuse = 1 });
        var courier = Mail(server, MailSecurity.None);
        var parcel = Parcel(TargetType.Email, "ops@example.com") with { Locale = "zh-CN" };
        var refused = await courier.CarryAsync(parcel, Cancellation);
        (refused.Delivered, refused.Final, refused.Status).ShouldBe((false, false, 451));
        var taken = await courier.CarryAsync(parcel, Cancellation);
        taken.Delivered.ShouldBeTrue(taken.Text);
        taken.Text.ShouldContain("taken as 1");
        var mail = server.Mails.ShouldHaveSingleItem();
        (mail.From, mail.To.Single(), mail.User).ShouldBe(("hub@example.com", "ops@example.com", null));
        var message = await MimeKit.MimeMessage.LoadAsync(new MemoryStream(Encoding.UTF8.GetBytes(mail.Data)), Cancellation);
        message.Subject.ShouldBe("[AIOHub] 渠道 up & <down> 出现故障");
        message.MessageId.ShouldBe("msg_1@hub.example.com");
        message.TextBody!.ShouldContain("其全部 2 个凭据均因失败而暂停");
        message.TextBody!.ShouldContain("https://hub.example.com/alerts");
        message.HtmlBody!.ShouldContain("up &amp; &lt;down&gt;");
        message.HtmlBody!.ShouldNotContain("<down>");
        message.Headers["Auto-Submitted"].ShouldBe("auto-generated");
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_vouches_for_gets_neither_password_nor_mail()
    {
        foreach (var (manners, security) in new[] { (new SmtpManners { Tls = true }, MailSecurity.Tls), (new SmtpManners { StartTls = true }, MailSecurity.StartTls), (new SmtpManners(), MailSecurity.StartTls) })
        {
            await using var server = new SmtpReceiver(manners with { Account = ("hub", "secret") });
            var answer = await Mail(server, security, "hub", "secret").CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation);
            (answer.Delivered, answer.Final).ShouldBe((false, false), $"{security}: {answer.Text}");
            server.Mails.ShouldBeEmpty();
        }
    }

    /// <summary>TLS from the first byte and STARTTLS, with a password that is right: what is sent in clear is the greeting alone.</summary>
    [Theory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task A_server_of_the_house_gets_the_mail_sealed_from_who_signed_in(MailSecurity security)
    {
        var manners = new SmtpManners { Tls = security == MailSecurity.Tls, StartTls = security == MailSecurity.StartTls, Account = ("hub", "secret") };
        await using var server = new SmtpReceiver(manners);
        var roots = new MailSection { Roots = _folder.Write("roots.pem", server.CertificatePem) }.ReadRoots();
        var sent = await Mail(server, security, "hub", "secret", roots).CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation);
        (sent.Delivered, sent.Status).ShouldBe((true, 250), sent.Text);
        var mail = server.Mails.ShouldHaveSingleItem();
        (mail.WasSealed, mail.User, mail.To.Single()).ShouldBe((true, "hub", "ops@example.com"));

        // A wrong password is told, and may be mended.
        var refused = await Mail(server, security, "hub", "wrong", roots).CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation);
        (refused.Delivered, refused.Final).ShouldBe((false, false), refused.Text);
        server.Mails.Count.ShouldBe(1);

        // Another authority's word, and the right one's word for another server, count for nothing.
        await using var other = new SmtpReceiver(manners);
        (await Mail(other, security, "hub", "secret", roots).CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation)).Delivered.ShouldBeFalse();
        await using var misnamed = new SmtpReceiver(manners with { CertifiedAddress = "192.0.2.1" });
        var itsOwn = new MailSection { Roots = _folder.Write("own.pem", misnamed.CertificatePem) }.ReadRoots();
        (await Mail(misnamed, security, "hub", "secret", itsOwn).CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation)).Delivered.ShouldBeFalse();
        (other.Mails.Count, misnamed.Mails.Count).ShouldBe((0, 0));
    }

    [Fact]
    public void A_file_of_authorities_that_says_nothing_is_named()
    {
        foreach (var (path, why) in new[] { (_folder["none.pem"], "cannot be read"), (_folder.Write("empty.pem", "no certificate"), "holds no certificate") })
        {
            Should.Throw<System.ComponentModel.DataAnnotations.ValidationException>(() => new MailSection { Roots = path }.ReadRoots()).Message.ShouldContain(why);
        }
    }

    [Fact]
    public async Task Recipients_that_are_not_there_are_given_up_at_once_and_a_server_that_is_not_there_is_tried_again()
    {
        await using var server = new SmtpReceiver(new SmtpManners { RefuseRecipients = true });
        var refused = await Mail(server, MailSecurity.None).CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation);
        (refused.Delivered, refused.Final, refused.Status).ShouldBe((false, true, 550));
        var mail = new MailSettings("127.0.0.1", 1, MailSecurity.None, null, null, "hub@example.com", "Hub");
        var gone = await new MailCourier(new MailAdmin(_database, Box, mail), static _ => Task.FromResult<Uri?>(null), TimeProvider.System).CarryAsync(Parcel(TargetType.Email, "ops@example.com"), Cancellation);
        (gone.Delivered, gone.Final).ShouldBe((false, false));
    }

    [Fact]
    public async Task A_webhook_is_signed_as_the_standard_says_with_each_secret_that_is_good()
    {
        await using var receiver = await Receiver.StartAsync(static _ => Results.Text("thanks"));
        using var courier = new WebhookCourier(TimeProvider.System);
        string[] secrets = [WebhookSignature.NewSecret(), WebhookSignature.NewSecret()];
        var answer = await courier.CarryAsync(Parcel(TargetType.Webhook, receiver.Address) with { AllowPrivateNetwork = true, Secrets = [.. secrets] }, Cancellation);
        (answer.Delivered, answer.Status, answer.Text).ShouldBe((true, 200, "HTTP 200 thanks"));
        var (headers, body) = receiver.Got.ShouldHaveSingleItem();
        headers["webhook-id"].ShouldBe("msg_1");
        Math.Abs(long.Parse(headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()).ShouldBeLessThan(60);
        foreach (var secret in secrets)
        {
            Receiver.IsSigned(headers, body, secret).ShouldBeTrue();
            Receiver.IsSigned(headers, body + " ", secret).ShouldBeFalse("altered");
        }

        Receiver.IsSigned(headers, body, WebhookSignature.NewSecret()).ShouldBeFalse();
        var json = JsonNode.Parse(body)!;
        ((string?)json["type"], (string?)json["data"]!["kind"], (string?)json["data"]!["facts"]!["credentials"]).ShouldBe(("alert.opened", "channel_failing", "2"));
    }

    /// <summary>The example that the standard's own libraries test with (Standard Webhooks 1.0.0, test of the reference libraries).</summary>
    [Fact]
    public void A_signature_is_that_of_the_standards_example() =>
        WebhookSignature.Of("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public async Task Answers_decide_whether_it_is_tried_again_and_redirects_lead_nowhere()
    {
        foreach (var (status, final) in new[] { (500, false), (404, false), (429, false), (302, false), (410, true) })
        {
            await using var receiver = await Receiver.StartAsync(_ => status == 302 ? Results.Redirect("http://127.0.0.1:1/") : Results.StatusCode(status));
            using var courier = new WebhookCourier(TimeProvider.System);
            var answer = await courier.CarryAsync(Parcel(TargetType.Webhook, receiver.Address) with { AllowPrivateNetwork = true, Secrets = [WebhookSignature.NewSecret()] }, Cancellation);
            (answer.Delivered, answer.Final, answer.Status).ShouldBe((false, final, status));
            receiver.Got.Count.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.0.0.1/")]
    public async Task Private_networks_are_out_of_reach_unless_the_target_allows_them(string address)
    {
        await using var receiver = await Receiver.StartAsync(static _ => Results.Text("inside"));
        using var courier = new WebhookCourier(TimeProvider.System);
        var url = string.Format(System.Globalization.CultureInfo.InvariantCulture, address, new Uri(receiver.Address).Port);
        var answer = await courier.CarryAsync(Parcel(TargetType.Webhook, url) with { Secrets = [WebhookSignature.NewSecret()] }, Cancellation);
        (answer.Delivered, answer.Final).ShouldBe((false, true), answer.Text);
        answer.Text.ShouldContain("private addresses only");
        receiver.Got.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    private static SecretBox Box { get; } = new(new MasterKey(RandomNumberGenerator.GetBytes(32)));

    private MailCourier Mail(SmtpReceiver server, MailSecurity security, string? user = null, string? password = null, X509Certificate2Collection? roots = null) => new(
        new MailAdmin(_database, Box, new MailSettings("127.0.0.1", server.Port, security, user, password, "hub@example.com", "Hub")),
        static _ => Task.FromResult<Uri?>(new Uri("https://hub.example.com")), TimeProvider.System, roots);

    private static AlertParcel Parcel(TargetType type, string address) => new(
        "msg_1", "opened", TimeProvider.System.GetUtcNow().UtcDateTime, type, address, "en", false, [],
        new Alert(TimeProvider.System.GetUtcNow().UtcDateTime, AlertKinds.ChannelFailing, AlertOwner.Channel, 3, "up & <down>", BudgetPeriod.None, NanoUsd.Zero, NanoUsd.Zero)
        {
            Facts = new Dictionary<string, string> { ["credentials"] = "2" }.ToFrozenDictionary(),
        });
}

/// <summary>An HTTP server that keeps what it gets.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<(IReadOnlyDictionary<string, string> Headers, string Body)> Got { get; } = new();

    public string Address => _app.Urls.First() + "/hook";

    public static async Task<Receiver> StartAsync(Func<HttpContext, IResult> answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            receiver.Got.Enqueue((http.Request.Headers.ToDictionary(static header => header.Key.ToLowerInvariant(), static header => header.Value.ToString()), await reader.ReadToEndAsync()));
            await answer(http).ExecuteAsync(http);
        });
        await app.StartAsync();
        return receiver;
    }

    /// <summary>What a receiver does, written from the standard and not from our own code.</summary>
    public static bool IsSigned(IReadOnlyDictionary<string, string> headers, string body, string secret)
    {
        using var hmac = new HMACSHA256(Convert.FromBase64String(secret["whsec_".Length..]));
        var expected = Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes($"{headers["webhook-id"]}.{headers["webhook-timestamp"]}.{body}")));
        return headers["webhook-signature"].Split(' ').Contains("v1," + expected);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
