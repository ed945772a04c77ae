using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AioHub.Core.Alerts;
using AioHub.Core.Ledger;
using AioHub.Relay.Carriers;

namespace AioHub.Host.Alerting;

/// <summary>
/// Posts alerts, signed by the Standard Webhooks scheme. Redirects are not followed, and private networks are reached only where the target allows it: the address is looked at after
/// resolving, and that one is connected to.
/// </summary>
internal sealed class WebhookCourier(TimeProvider time) : IAlertCourier, IDisposable
{
    private const int MostAnswer = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _open = Client(allowPrivate: false);
    private readonly HttpClient _private = Client(allowPrivate: true);

    public async Task<CourierAnswer> CarryAsync(AlertParcel parcel, CancellationToken cancellation)
    {
        var body = Body(parcel);
        // When this try is made: receivers refuse what is older than minutes.
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, parcel.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.TryAddWithoutValidation(WebhookSignature.IdHeader, parcel.Message);
        request.Headers.TryAddWithoutValidation(WebhookSignature.TimestampHeader, seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation(WebhookSignature.SignatureHeader, WebhookSignature.Of(parcel.Message, seconds, body, parcel.Secrets));
        request.Headers.TryAddWithoutValidation("user-agent", "AIOHub");
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(Patience);
        try
        {
            using var answer = await (parcel.AllowPrivateNetwork ? _private : _open).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token);
            var text = await ReadAsync(answer, late.Token);
            // 410: the receiver asks never to be called again.
            return new CourierAnswer(answer.IsSuccessStatusCode, Final: answer.StatusCode == HttpStatusCode.Gone, (int)answer.StatusCode, $"HTTP {(int)answer.StatusCode} {text}".TrimEnd());
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new CourierAnswer(false, Final: false, null, $"no answer within {Patience.TotalSeconds:0} seconds");
        }
        catch (HttpRequestException failure)
        {
            return failure.InnerException is AddressRefusedException refused
                ? new CourierAnswer(false, Final: true, null, refused.Message + " Allow private networks for this target if that is meant.")
                : new CourierAnswer(false, Final: false, null, failure.InnerException?.Message ?? failure.Message);
        }
        catch (IOException failure)
        {
            return new CourierAnswer(false, Final: false, null, failure.Message);
        }
    }

    public void Dispose()
    {
        _open.Dispose();
        _private.Dispose();
    }

    internal static byte[] Body(AlertParcel parcel)
    {
        var alert = parcel.Alert;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", $"alert.{parcel.Event}");
            json.WriteString("timestamp", Moment(parcel.At));
            json.WriteStartObject("data");
            json.WriteNumber("id", alert.Id);
            json.WriteString("kind", alert.Kind);
            json.WriteString("owner", AlertOwners.NameOf(alert.Owner));
            json.WriteNumber("owner_id", alert.OwnerId);
            json.WriteString("name", alert.Name);
            json.WriteString("title", AlertWords.Title(alert, parcel.Event, parcel.Locale));
            json.WriteString("text", AlertWords.Body(alert, parcel.Event, parcel.Locale));
            json.WriteString("opened_at", Moment(alert.At));
            if (alert.EndedAt is { } ended)
            {
                json.WriteString("closed_at", Moment(ended));
            }

            if (alert.Period != BudgetPeriod.None)
            {
                json.WriteString("period", alert.Period.ToString().ToLowerInvariant());
            }

            if (alert.Limit.Value != 0 || alert.Spent.Value != 0)
            {
                json.WriteNumber("limit_usd", alert.Limit.ToUsd());
                json.WriteNumber("usd", alert.Spent.ToUsd());
            }

            json.WriteStartObject("facts");
            foreach (var (name, value) in alert.Facts.OrderBy(static fact => fact.Key, StringComparer.Ordinal))
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Moment(DateTime moment) => moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static async Task<string> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var bytes = new byte[MostAnswer];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }

    private static HttpClient Client(bool allowPrivate) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        MaxConnectionsPerServer = 4,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = async (context, cancellation) => await AddressGuard.ConnectAsync(context.DnsEndPoint, allowPrivate, cancellation),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
