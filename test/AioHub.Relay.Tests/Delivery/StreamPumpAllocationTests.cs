using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using AioHub.Core.Catalog;
using AioHub.Core.Identity;
using AioHub.Core.Primitives;
using AioHub.Core.Routing;
using AioHub.Relay.Delivery;
using AioHub.Relay.Calls;
using AioHub.Relay.Stages;
using AioHub.Relay.Tests.Running;
using AioHub.Wire.Dialects;
using AioHub.Wire.Json;
using AioHub.Wire.Vocabulary;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AioHub.Relay.Tests.Delivery;

/// <summary>A chunk that passes costs no memory: not the pump's, the tap's, the clock's or the keep-alive's. Sockets are left out; they are the framework's.</summary>
public sealed class StreamPumpAllocationTests
{
    private const int Warm = 2_000;
    private const int Measured = 2_000;

#if DEBUG
    /// <summary>Without optimisation the compiler makes async state machines classes: one for each flush. Optimised they are structs.</summary>
    private const int BytesPerChunk = 72;
#else
    private const int BytesPerChunk = 0;
#endif

    public static TheoryData<Dialect, int> Cases
    {
        get
        {
            var data = new TheoryData<Dialect, int>();
            foreach (var sample in Sample.All)
            {
                data.Add(sample.Dialect, 0);
                data.Add(sample.Dialect, 7);
            }

            return data;
        }
    }

    /// <param name="dialect">Whose stream.</param>
    /// <param name="lag">Every chunk ends so many bytes behind an event's end: the start of the next one is kept back.</param>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_chunk_allocates_nothing(Dialect dialect, int lag)
    {
        var sample = Sample.Of(dialect);
        var path = RelayPaths.Resolve("POST", sample.StreamPath.Split('?')[0]);
        using var body = new PooledBytes();
        body.Append(Encoding.UTF8.GetBytes(sample.StreamBody));
        DialectRooms.Client(dialect).TryPeek(body.Span, Operation.Generate, out var peek, out _).ShouldBeTrue();
        var key = new ApiKey { Id = new ApiKeyId(1), Name = "k", Owner = new UserId(1), OwnerRole = Role.User, Groups = ["g"] };
        using var envelope = new Envelope(RequestId.New(TimeProvider.System), new Caller(key, null), path.Route!, body, peek, HubUnderTest.Model, "application/json", DateTime.UnixEpoch,
            CallQuestion.Of(key, path.Route!, peek, HubUnderTest.Model, new HeaderDictionary(), body.Length));
        var attempt = new RouteAttempt(
            new Group { Id = new GroupId(1), Name = "g" },
            new Channel { Id = new ChannelId(1), Name = "c", Type = ChannelType.AioHub },
            new Credential(new CredentialId(1), "only", "secret"),
            new ModelInfo { Id = HubUnderTest.Model, Vendor = "test", DisplayName = "test" },
            HubUnderTest.Model,
            new PriceRow { Version = "1", From = DateTime.UnixEpoch });
        var http = new DefaultHttpContext();
        http.Features.Set<IHttpResponseBodyFeature>(new Sink());
        using var source = new Chunks(Encoding.UTF8.GetBytes(sample.Beginning), Encoding.UTF8.GetBytes(sample.Events[sample.Content - 1]), lag);
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/?alt=sse");
        using var response = new HttpResponseMessage { Content = new StreamContent(Stream.Null) };
        response.Content.Headers.ContentType = new("text/event-stream");
        var reply = new UpstreamReply(new UpstreamCall(envelope, attempt, request, HideUsage: true), response, source, events: true);
        using var clock = new CallClock(http, TimeProvider.System);
        await using var stream = new CallerStream(http, ": \n\n"u8.ToArray(), "text/event-stream", TimeSpan.FromSeconds(12), TimeProvider.System);
        var settlement = new Settlement(envelope, null!, null!, TimeProvider.System);
        var tap = DialectRooms.Upstream(dialect).CreateTap(Operation.Generate);
        var pump = new StreamPump(http, reply, tap, stream, clock, settlement, new RelayOptions());

        // The source ends by an exception of its own, so that nothing is settled.
        await Should.ThrowAsync<EndOfTestException>(async () => await pump.RunAsync());
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{dialect}, lag {lag}: {source.Allocated} bytes for {Measured} chunks"));
        stream.BytesWritten.ShouldBeGreaterThan(source.Given - 20_000);
        source.Allocated.ShouldBeLessThanOrEqualTo(Measured * BytesPerChunk);
    }

    private sealed class EndOfTestException : Exception;

    /// <summary>Gives the same event over and over, each time at once, and looks at the thread's allocations between.</summary>
    private sealed class Chunks(byte[] first, byte[] again, int lag) : Stream
    {
        private readonly byte[] _shifted = [.. again[lag..], .. again[..lag]];
        private long _before;
        private int _reads;

        public long Given { get; private set; }

        public long Allocated { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var bytes = _reads switch
            {
                0 => first,
                1 => again.AsMemory(0, lag == 0 ? again.Length : lag),
                _ => _shifted,
            };
            if (_reads == Warm)
            {
                _before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (_reads == Warm + Measured)
            {
                Allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
                throw new EndOfTestException();
            }

            _reads++;
            bytes.CopyTo(buffer);
            Given += bytes.Length;
            return ValueTask.FromResult(bytes.Length);
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>A caller who takes everything at once.</summary>
    private sealed class Sink : PipeWriter, IHttpResponseBodyFeature
    {
        private readonly byte[] _memory = new byte[64 * 1024];

        PipeWriter IHttpResponseBodyFeature.Writer => this;

        Stream IHttpResponseBodyFeature.Stream => Stream.Null;

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory;

        public override Span<byte> GetSpan(int sizeHint = 0) => _memory;

        public override void Advance(int bytes)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(default(FlushResult));

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        void IHttpResponseBodyFeature.DisableBuffering()
        {
        }

        Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) => throw new NotSupportedException();

        Task IHttpResponseBodyFeature.CompleteAsync() => Task.CompletedTask;
    }
}
